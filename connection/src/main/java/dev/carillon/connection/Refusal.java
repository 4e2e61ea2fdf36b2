package dev.carillon.connection;

import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.ResponseHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An answer that refuses a request, as JSON (RFC 9457); the link ends behind it. */
final class Refusal {
  private Refusal() {}

  static ResponseHead head(int status, HttpFields fields) {
    return new ResponseHead(status, reason(status), fields);
  }

  /** Sends a problem. The head's own framing of its body, if any, is replaced. */
  static void send(Connection connection, ResponseHead answer, String words) {
    byte[] body =
        ("{\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n"
                .formatted(reason(answer.status()), answer.status(), escaped(words)))
            .getBytes(StandardCharsets.UTF_8);
    var fields =
        answer.fields().lines().stream()
            .filter(line -> !line.name().equalsIgnoreCase("Content-Length"))
            .filter(line -> !line.name().equalsIgnoreCase("Connection"))
            .toList();
    HttpFields all =
        HttpFields.of(fields)
            .with("Connection", upgradeNamed(answer) ? "close, Upgrade" : "close")
            .with("Content-Type", "application/problem+json")
            .with("Content-Length", Integer.toString(body.length));
    ResponseHead full = new ResponseHead(answer.status(), reason(answer.status()), all);
    connection.loop().traffic().refused(answer.status());
    connection.outbox().put(ByteBuffer.wrap(full.toByteArray()));
    connection.outbox().put(ByteBuffer.wrap(body));
  }

  // RFC 9110 7.8: who sends Upgrade names it in Connection too.
  private static boolean upgradeNamed(ResponseHead answer) {
    return answer.fields().first("Upgrade") != null;
  }

  /** What stands between the quotes of a JSON string. */
  static String escaped(String words) {
    StringBuilder escaped = new StringBuilder(words.length() + 8);
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c >= 0x20) {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 426 -> "Upgrade Required";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      case 505 -> "HTTP Version Not Supported";
      default -> status < 500 ? "Refused" : "Failed";
    };
  }
}
