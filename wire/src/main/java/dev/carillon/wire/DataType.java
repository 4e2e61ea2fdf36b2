package dev.carillon.wire;

import java.util.Locale;

/** What a message's data is. */
public enum DataType {
  /** One well-formed JSON value, kept exactly as it was written. */
  JSON,
  /** Valid UTF-8. */
  TEXT,
  /** Any bytes. */
  BINARY;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The name on the wire. */
  public String code() {
    return code;
  }
}
