package dev.carillon.wire;

import java.util.Locale;

/** Which end of a room's past comes first. */
public enum Order {
  /** By rising offset; what a request means that says nothing. */
  OLDEST,
  /** By falling offset. */
  NEWEST;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
