package dev.carillon.websocket;

import dev.carillon.websocket.header.Tokens;

/** The first line of a request or response (RFC 9112 3 and 4). */
sealed interface StartLine {
  record Request(String method, String target) implements StartLine {}

  record Response(int status, String reason) implements StartLine {}

  record Wrong(Rule rule) implements StartLine {}

  /** Reads {@code GET /path HTTP/1.1}. */
  static StartLine request(String line) {
    int afterMethod = line.indexOf(' ');
    int afterTarget = line.lastIndexOf(' ');
    if (afterMethod < 1 || afterTarget <= afterMethod + 1) {
      return new Wrong(Rule.REQUEST_LINE_MALFORMED);
    }
    var method = line.substring(0, afterMethod);
    var target = line.substring(afterMethod + 1, afterTarget);
    var version = line.substring(afterTarget + 1);
    if (!Tokens.isToken(method) || !visible(target) || !isVersion(version)) {
      return new Wrong(Rule.REQUEST_LINE_MALFORMED);
    }
    return version.equals("HTTP/1.1")
        ? new Request(method, target)
        : new Wrong(Rule.HTTP_VERSION_UNSUPPORTED);
  }

  /** Reads {@code HTTP/1.1 101 Switching Protocols}; the reason and its space may be missing. */
  static StartLine response(String line) {
    boolean shaped =
        line.length() >= 12
            && isVersion(line.substring(0, 8))
            && line.startsWith("HTTP/1.")
            && line.charAt(8) == ' '
            && digit(line.charAt(9))
            && digit(line.charAt(10))
            && digit(line.charAt(11))
            && (line.length() == 12 || line.charAt(12) == ' ')
            && Tokens.isFieldValue(line);
    if (!shaped) {
      return new Wrong(Rule.RESPONSE_LINE_MALFORMED);
    }
    int status = Integer.parseInt(line, 9, 12, 10);
    if (status < 100 || status == 101 && line.charAt(7) == '0') {
      return new Wrong(Rule.RESPONSE_LINE_MALFORMED); // HTTP/1.0 cannot switch protocols
    }
    return new Response(status, line.length() > 13 ? line.substring(13) : "");
  }

  private static boolean visible(String target) {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVersion(String text) {
    return text.length() == 8
        && text.startsWith("HTTP/")
        && digit(text.charAt(5))
        && text.charAt(6) == '.'
        && digit(text.charAt(7));
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }
}
