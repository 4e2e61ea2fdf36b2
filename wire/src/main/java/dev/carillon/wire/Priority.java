package dev.carillon.wire;

import java.util.Locale;

/** Chooses the moment of flushing and the order between rooms; the order in a room stands. */
public enum Priority {
  /** Shed first under pressure. */
  LOW,
  /** What a message has that says nothing; not written on the wire. */
  NORMAL,
  /** Before others. */
  HIGH;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
