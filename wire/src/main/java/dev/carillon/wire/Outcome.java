package dev.carillon.wire;

import java.util.Locale;

/** What became of a publication that was not acknowledged. */
public enum Outcome {
  /** It is certainly not in the room. */
  NOT_APPLIED,
  /** It may be; only sending the same sequence again settles it. */
  UNKNOWN;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
