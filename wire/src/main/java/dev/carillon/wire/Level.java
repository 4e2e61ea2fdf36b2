package dev.carillon.wire;

import java.util.Locale;

/** What an acknowledged publication would survive. */
public enum Level {
  /** Held in one process's memory. */
  MEMORY,
  /** Held by more than one process. */
  REPLICATED,
  /** On disk, as the broker's configuration demands. */
  STORED;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
