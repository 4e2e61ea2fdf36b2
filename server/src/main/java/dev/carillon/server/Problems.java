package dev.carillon.server;

import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;

/** Answers that say what is wrong, as JSON (RFC 9457). */
final class Problems {
  private Problems() {}

  static HttpResponse of(int status, String title, String detail, HttpFields fields) {
    String body =
        "{\"title\":%s,\"status\":%d,\"detail\":%s}\n"
            .formatted(quoted(title), status, quoted(detail));
    return new HttpResponse(
        status,
        fields.with("Content-Type", "application/problem+json").with("Cache-Control", "no-store"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** What a plain request to the address of a WebSocket gets. */
  static HttpResponse upgrade() {
    return of(
        426,
        "Upgrade Required",
        "a WebSocket is spoken here: connect with ws:// or wss://",
        HttpFields.of(
            "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13"));
  }

  /** A JSON string. */
  static String quoted(String text) {
    var quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c)) {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
