package dev.carillon.server;

import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Answers that say what is wrong, as JSON (RFC 9457). */
final class Problems {
  private Problems() {}

  static HttpResponse of(int status, String title, String detail, HttpFields fields) {
    return body(
        status,
        "{\"title\":%s,\"status\":%d,\"detail\":%s}\n"
            .formatted(quoted(title), status, quoted(detail)),
        fields);
  }

  /**
   * Why something was not published.
   *
   * @param inDoubt whether it may have been all the same
   */
  static HttpResponse of(Problem problem, boolean inDoubt) {
    Problem.Reason reason = problem.reason();
    int status = status(reason);
    return body(
        status,
        "{\"title\":%s,\"status\":%d,\"detail\":%s,\"code\":%s,\"retryable\":%b,\"in_doubt\":%b}\n"
            .formatted(
                quoted(title(status)),
                status,
                quoted(problem.detail()),
                quoted(reason.code()),
                reason.retryable(),
                inDoubt),
        reason.retryable() ? HttpFields.of("Retry-After", "1") : HttpFields.NONE);
  }

  /** The status for a kind of refusal. */
  static int status(Problem.Reason reason) {
    return switch (reason) {
      case UNAUTHENTICATED, TOKEN_EXPIRED -> 401;
      case FORBIDDEN, REFUSED -> 403;
      case NO_SUCH_ROOM -> 404;
      case NOT_JOINED, ALREADY_JOINED, SEQUENCE_GAP, PUBLISHER_RESET -> 409;
      case TOO_LARGE, TOO_MANY_ROOMS -> 413;
      case RATE_LIMITED -> 429;
      case INTERNAL -> 500;
      // Whatever else there is says of itself whether it is the client's to put right.
      default -> reason.retryable() ? 503 : 400;
    };
  }

  private static String title(int status) {
    return switch (status) {
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 413 -> "Content Too Large";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Bad Request";
    };
  }

  private static HttpResponse body(int status, String body, HttpFields fields) {
    return new HttpResponse(
        status,
        fields.with("Content-Type", "application/problem+json").with("Cache-Control", "no-store"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Why something was not done, or perhaps not done.
   *
   * @param inDoubt whether it may have been done all the same
   * @param position where to go on instead, or null
   */
  static HttpResponse of(
      Problem problem, boolean inDoubt, @Nullable Position position, HttpFields fields) {
    int status = position != null ? 410 : status(problem.reason());
    String body =
        "{\"title\":%s,\"status\":%d,\"detail\":%s,\"code\":%s,\"retryable\":%b%s%s}\n"
            .formatted(
                quoted(title(status)),
                status,
                quoted(problem.detail()),
                quoted(position == null ? problem.reason().code() : "reset"),
                problem.reason().retryable(),
                inDoubt ? ",\"in_doubt\":true" : "",
                position == null ? "" : ",\"position\":" + quoted(position.toString()));
    HttpFields all = status == 401 ? fields.with("WWW-Authenticate", "Bearer") : fields;
    all = status == 429 || status == 503 ? all.with("Retry-After", "1") : all;
    all = position == null ? all : all.with(LinkRequests.POSITION, position.toString());
    return body(status, body, all);
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
