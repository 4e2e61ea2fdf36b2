package dev.carillon.websocket.header;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An origin as scheme, host and port (RFC 6454 4). Immutable.
 *
 * @param scheme in lower case
 * @param host in lower case; a literal IPv6 address in brackets
 * @param port the scheme's own when none was given
 */
public record Origin(String scheme, String host, int port) {
  /** Reads {@code scheme://host[:port]}; null when it is anything else, {@code null} included. */
  public static @Nullable Origin parse(String text) {
    int colon = text.indexOf("://");
    if (colon < 1) {
      return null;
    }
    var scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
    int defaultPort = defaultPort(scheme);
    var authority = text.substring(colon + 3);
    int end = hostEnd(authority);
    if (defaultPort == 0 || end < 1) {
      return null;
    }
    int port = defaultPort;
    if (end < authority.length()) {
      port = port(authority, end);
    }
    var host = authority.substring(0, end).toLowerCase(Locale.ROOT);
    return port == 0 ? null : new Origin(scheme, host, port);
  }

  /** Whether this is a host with an optional port, as the Host header wants it. */
  public static boolean isAuthority(String text) {
    int end = hostEnd(text);
    return end > 0 && (end == text.length() || port(text, end) != 0);
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "http", "ws" -> 80;
      case "https", "wss" -> 443;
      default -> 0;
    };
  }

  /** Index behind the host, 0 when there is none. */
  private static int hostEnd(String text) {
    if (text.startsWith("[")) {
      for (int i = 1; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == ']') {
          return i == 1 ? 0 : i + 1;
        }
        if (Character.digit(c, 16) < 0 && c != ':' && c != '.' || c > 'f') {
          return 0;
        }
      }
      return 0;
    }
    int end = 0;
    while (end < text.length() && hostChar(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean hostChar(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "-._~%!$&'()*+,;=".indexOf(c) >= 0;
  }

  /** The number behind the colon at this index, 0 when there is no valid one. */
  private static int port(String text, int colon) {
    int digits = text.length() - colon - 1;
    if (text.charAt(colon) != ':' || digits < 1 || digits > 5) {
      return 0;
    }
    int port = 0;
    for (int i = colon + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return 0;
      }
      port = port * 10 + c - '0';
    }
    return port <= 65_535 ? port : 0;
  }
}
