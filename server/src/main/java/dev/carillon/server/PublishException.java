package dev.carillon.server;

import dev.carillon.core.Problem;

/** A message was not published, or it is not known whether it was. */
public final class PublishException extends CarillonException {
  private static final long serialVersionUID = 1L;

  private final boolean inDoubt;
  private final Problem.Reason reason;

  PublishException(boolean inDoubt, Problem problem) {
    super(problem.detail());
    this.inDoubt = inDoubt;
    this.reason = problem.reason();
  }

  /** Whether the message may have been published all the same. */
  public boolean inDoubt() {
    return inDoubt;
  }

  /** The kind of refusal; it knows whether a retry may help. */
  public Problem.Reason reason() {
    return reason;
  }
}
