package dev.carillon.server;

import dev.carillon.core.Reply;

/** A client did not answer a call, or answered that it cannot. */
public final class CallException extends CarillonException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final boolean retryable;

  CallException(Reply.Failure failure) {
    super(failure.message());
    this.code = failure.code();
    this.retryable = failure.retryable();
  }

  /**
   * What kind: {@code timeout}, {@code no_such_member}, {@code no_handler}, or the client's own.
   */
  public String code() {
    return code;
  }

  /** Whether asking again may help. */
  public boolean retryable() {
    return retryable;
  }
}
