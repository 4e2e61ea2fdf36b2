package dev.carillon.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why something was not done.
 *
 * @param code one of {@link ErrorCode}, or one that a newer peer or an application made up
 * @param message a sentence for people
 * @param retryable whether the same request can succeed later
 * @param retryAfter milliseconds to wait before trying again, if the server knows
 */
public record Problem(String code, String message, boolean retryable, @Nullable Long retryAfter)
    implements Answer {
  public Problem {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    if (retryAfter != null) {
      Check.number("retryAfter", retryAfter);
    }
  }

  /** The problem with the table's own words. */
  public static Problem of(ErrorCode code) {
    return new Problem(code.code(), code.words(), code.retryable(), null);
  }

  /** The problem with words of its own. */
  public static Problem of(ErrorCode code, String message) {
    return new Problem(code.code(), message, code.retryable(), null);
  }

  /** The same, with a time to wait in milliseconds. */
  public Problem withRetryAfter(long millis) {
    return new Problem(code, message, retryable, millis);
  }
}
