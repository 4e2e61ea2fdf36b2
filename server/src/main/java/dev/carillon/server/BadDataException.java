package dev.carillon.server;

import org.jspecify.annotations.Nullable;

/** Data is not of the type that was asked for; the message says where and why, for its sender. */
public final class BadDataException extends CarillonException {
  private static final long serialVersionUID = 1L;

  BadDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
