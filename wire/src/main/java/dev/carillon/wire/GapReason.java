package dev.carillon.wire;

import java.util.Locale;

/** Why entries were lost to a reader. */
public enum GapReason {
  /** Retention no longer holds them. */
  TRIMMED,
  /** A newer entry with the same key took their place, because the reader lagged. */
  CONFLATED,
  /** The reader was too far behind and was moved to the head. */
  LAGGED,
  /** They were of low priority, and the server was short of room. */
  SHED;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The reason on the wire. */
  public String code() {
    return code;
  }
}
