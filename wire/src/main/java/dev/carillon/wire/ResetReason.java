package dev.carillon.wire;

import java.util.Locale;

/** Why continuity could not be proved. */
public enum ResetReason {
  /** The room's offsets belong to another epoch now. */
  EPOCH_CHANGED,
  /** The reader states an offset that the room has not reached. */
  AHEAD;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The reason on the wire. */
  public String code() {
    return code;
  }
}
