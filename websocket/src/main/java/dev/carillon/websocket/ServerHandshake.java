package dev.carillon.websocket;

import dev.carillon.websocket.header.Extension;
import dev.carillon.websocket.header.Tokens;
import org.jspecify.annotations.Nullable;

/** The server's side of the opening handshake (RFC 6455 4.2) as a pure function. */
public final class ServerHandshake {
  /** What to answer. */
  public sealed interface Answer {
    /** The whole head to send. */
    ResponseHead head();

    /**
     * Switch protocols.
     *
     * @param head status 101
     * @param subprotocol the chosen one, null for none
     * @param deflate what was agreed, null for no compression
     */
    record Accepted(
        ResponseHead head, @Nullable String subprotocol, @Nullable DeflateAgreement deflate)
        implements Answer {}

    /**
     * Send the head (its body is empty), close the connection, serve nothing behind it.
     *
     * @param head status and header lines that the rule asks for, with Connection: close
     * @param words what is wrong, without bytes of the peer
     */
    record Rejected(Rule rule, ResponseHead head, String words) implements Answer {}
  }

  private ServerHandshake() {}

  /** Whether a request asks for a WebSocket at all, so that {@link #answer} should decide. */
  public static boolean asked(RequestHead request) {
    return request.fields().hasToken("Upgrade", "websocket");
  }

  /**
   * Checks a request and says what to answer.
   *
   * @param request HTTP/1.1, as {@link HttpHead} gives it; every rule that does not need the bytes
   *     is checked again, so that a head from elsewhere does no harm
   */
  public static Answer answer(RequestHead request, ServerTerms terms) {
    var broken = RequestRules.broken(request.target(), request.fields());
    if (broken == null) {
      broken = requestBroken(request);
    }
    if (broken == null) {
      broken = keyBroken(request.fields());
    }
    if (broken == null && !terms.origins().allows(request.fields().first("Origin"))) {
      broken = Rule.ORIGIN_REFUSED;
    }
    return broken != null ? reject(broken) : agree(request.fields(), terms);
  }

  private static @Nullable Rule requestBroken(RequestHead request) {
    var fields = request.fields();
    if (request.target().equals("*")) {
      return Rule.TARGET_INVALID;
    }
    if (fields.first("Transfer-Encoding") != null) {
      return Rule.TRANSFER_CODING;
    }
    var length = fields.first("Content-Length");
    if (length != null && !length.equals("0")) {
      return Rule.BODY_ANNOUNCED;
    }
    if (!request.method().equals("GET")) {
      return Rule.METHOD_NOT_GET;
    }
    if (!fields.hasToken("Upgrade", "websocket")) {
      return Rule.UPGRADE_MISSING;
    }
    return fields.hasToken("Connection", "Upgrade") ? null : Rule.CONNECTION_WITHOUT_UPGRADE;
  }

  private static @Nullable Rule keyBroken(HttpFields fields) {
    var versions = fields.all("Sec-WebSocket-Version");
    if (versions.isEmpty()) {
      return Rule.VERSION_MISSING;
    }
    if (versions.size() > 1 || !versions.get(0).equals("13")) {
      return Rule.VERSION_UNSUPPORTED;
    }
    var keys = fields.all("Sec-WebSocket-Key");
    if (keys.isEmpty()) {
      return Rule.KEY_MISSING;
    }
    if (keys.size() > 1) {
      return Rule.KEY_REPEATED;
    }
    return AcceptKey.valid(keys.get(0)) ? null : Rule.KEY_INVALID;
  }

  private static Answer agree(HttpFields fields, ServerTerms terms) {
    var offered = Tokens.distinct(fields.all("Sec-WebSocket-Protocol"));
    if (offered == null) {
      return reject(Rule.SUBPROTOCOLS_MALFORMED);
    }
    var extensions = Extension.parse(fields.all("Sec-WebSocket-Extensions"));
    if (extensions == null) {
      return reject(Rule.EXTENSIONS_MALFORMED);
    }
    var key = fields.first("Sec-WebSocket-Key");
    var answer =
        HttpFields.of(
            "Upgrade", "websocket",
            "Connection", "Upgrade",
            "Sec-WebSocket-Accept", AcceptKey.answerTo(key == null ? "" : key));
    String chosen = null;
    for (var subprotocol : terms.subprotocols()) {
      if (offered.contains(subprotocol)) {
        chosen = subprotocol;
        answer = answer.with("Sec-WebSocket-Protocol", chosen);
        break;
      }
    }
    var deflate = terms.deflate() == null ? null : DeflateOffer.accept(extensions, terms.deflate());
    if (deflate != null) {
      answer = answer.with("Sec-WebSocket-Extensions", deflate.response());
    }
    return new Answer.Accepted(
        new ResponseHead(101, "Switching Protocols", answer),
        chosen,
        deflate == null ? null : deflate.agreement());
  }

  /**
   * The answer to a request that breaks a rule.
   *
   * @throws IllegalArgumentException when the rule is none about requests
   */
  public static Answer.Rejected reject(Rule rule) {
    int status =
        rule.status()
            .orElseThrow(() -> new IllegalArgumentException(rule + " is no rule about requests"));
    var fields =
        switch (status) {
          // RFC 9110 15.5.22: 426 names what to upgrade to; RFC 6455 4.4: and the version
          case 426 ->
              HttpFields.of(
                  "Upgrade", "websocket",
                  "Connection", "Upgrade, close",
                  "Sec-WebSocket-Version", "13");
          case 405 -> HttpFields.of("Allow", "GET", "Connection", "close");
          default -> HttpFields.of("Connection", "close");
        };
    var head = new ResponseHead(status, reason(status), fields.with("Content-Length", "0"));
    return new Answer.Rejected(rule, head, rule.words());
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 405 -> "Method Not Allowed";
      case 414 -> "URI Too Long";
      case 426 -> "Upgrade Required";
      case 431 -> "Request Header Fields Too Large";
      case 505 -> "HTTP Version Not Supported";
      default -> "";
    };
  }
}
