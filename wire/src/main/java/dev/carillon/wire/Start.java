package dev.carillon.wire;

/** Where reading a room begins. */
public sealed interface Start {
  /** Behind a position that the reader has. */
  record From(Position position) implements Start {}

  /**
   * With the last entries.
   *
   * @param count how many, at least 1; fewer come when the room holds fewer
   */
  record Last(long count) implements Start {
    public Last {
      Check.number("last", count, 1);
    }
  }

  /**
   * With the first entry at or after a time.
   *
   * @param time milliseconds since 1970
   */
  record Since(long time) implements Start {
    public Since {
      Check.number("since", time);
    }
  }
}
