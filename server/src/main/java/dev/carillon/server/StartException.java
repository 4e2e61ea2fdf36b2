package dev.carillon.server;

import org.jspecify.annotations.Nullable;

/** A server could not start, because of something outside of its configuration's own rules. */
public final class StartException extends CarillonException {
  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
