package dev.carillon.server;

import org.jspecify.annotations.Nullable;

/** A server could not do what it was asked for; the message says what happened and what to do. */
public abstract sealed class CarillonException extends RuntimeException
    permits ConfigurationException,
        StartException,
        PublishException,
        CallException,
        BadDataException {
  private static final long serialVersionUID = 1L;

  CarillonException(String message) {
    super(message);
  }

  CarillonException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
