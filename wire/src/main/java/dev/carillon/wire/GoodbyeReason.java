package dev.carillon.wire;

import java.util.Locale;

/** Why a server closes a connection that did nothing wrong. */
public enum GoodbyeReason {
  /** The server stops. */
  SHUTDOWN,
  /** The server restarts. */
  RESTART,
  /** The server sheds connections. */
  OVERLOADED;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The reason on the wire. */
  public String code() {
    return code;
  }
}
