package dev.carillon.wire;

import java.util.Locale;

/** Why the server ended a reader's place in a room. */
public enum LeftReason {
  /** The right to read it is gone. */
  FORBIDDEN,
  /** An operator or the application took the session out. */
  REMOVED,
  /** Another of the user's sessions reads for the same durable subscription now. */
  TAKEN_OVER,
  /** The room is closed. */
  CLOSED;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The reason on the wire. */
  public String code() {
    return code;
  }
}
