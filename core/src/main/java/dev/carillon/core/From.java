package dev.carillon.core;

/** Where a reader begins in a room. */
public sealed interface From {
  /** With the next message, or what the room's policy gives on joining. */
  record Now() implements From {}

  /**
   * With the last messages.
   *
   * @param count how many, 0 or more; fewer come when fewer are retained
   */
  record Last(int count) implements From {
    public Last {
      if (count < 0) {
        throw new IllegalArgumentException("last is " + count + ", must be at least 0");
      }
    }
  }

  /** Behind a position that the reader has seen. */
  record After(Position seen) implements From {}

  /**
   * With the first message of a time or later.
   *
   * @param millis milliseconds since 1970
   */
  record Since(long millis) implements From {}
}
