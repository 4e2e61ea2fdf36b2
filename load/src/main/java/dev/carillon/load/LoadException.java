package dev.carillon.load;

/** A run could not begin. The message says why, and what to do. */
public final class LoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoadException(String message) {
    super(message);
  }
}
