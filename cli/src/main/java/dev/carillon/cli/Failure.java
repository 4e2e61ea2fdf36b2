package dev.carillon.cli;

/** A command could not do what it was asked for. The message says what to do. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exit;

  Failure(int exit, String message) {
    super(message);
    this.exit = exit;
  }

  /** The process's exit code, one of {@link Exit}. */
  int exit() {
    return exit;
  }
}
