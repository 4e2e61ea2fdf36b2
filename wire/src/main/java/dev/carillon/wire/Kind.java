package dev.carillon.wire;

/** The kinds of value that the encodings have in common. */
enum Kind {
  NULL,
  BOOLEAN,
  /** An integer that fits 64 bits. */
  INTEGER,
  /** An integer that does not. */
  HUGE,
  /** A number with a fraction or an exponent. */
  FRACTION,
  STRING,
  /** Bytes, which JSON does not have. */
  BYTES,
  ARRAY,
  OBJECT,
  /** Something that only one encoding has, and that no field is. */
  OTHER
}
