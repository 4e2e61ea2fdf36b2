package dev.carillon.wire;

import java.util.Locale;

/** What changed in who is in a room. */
public enum PresenceEvent {
  /** A member came. */
  JOIN,
  /** A member went. */
  LEAVE,
  /** A member said something else of itself. */
  STATE,
  /** The number of members changed, in a room that only counts. */
  COUNT;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
