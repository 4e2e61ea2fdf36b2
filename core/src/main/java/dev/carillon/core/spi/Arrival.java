package dev.carillon.core.spi;

/** Who wants to come in, where more want to than the node takes up at once. */
public enum Arrival {
  /** Says that it was here before, by a resume token or a position. Goes first. */
  RETURNING,
  /** Everybody else. */
  NEW
}
