package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/** What a {@link Call} is answered with. Immutable. */
public sealed interface Reply {
  /** The answer. */
  record Value(Payload payload) implements Reply {}

  /**
   * There is none.
   *
   * @param code one of {@link Problem.Reason}'s, or one that the application made up
   * @param message a sentence for people
   * @param retryable whether asking again may help
   * @param retryAfterMillis how long to wait before that, or null
   */
  record Failure(String code, String message, boolean retryable, @Nullable Long retryAfterMillis)
      implements Reply {}

  /** A failure of the server's own. */
  static Reply of(Problem.Reason reason, String detail) {
    return new Failure(reason.code(), detail, reason.retryable(), null);
  }

  /** A failure of the server's own. */
  static Reply of(Problem problem) {
    Problem.Reason reason = problem.reason();
    long wait = problem.retryAfterMillis();
    return new Failure(
        reason.code(), problem.detail(), reason.retryable(), wait == 0 ? null : wait);
  }
}
