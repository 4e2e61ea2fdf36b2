package dev.carillon.core;

import java.time.Duration;
import java.util.Objects;

/**
 * What is done about a reader whose connection does not keep up with its room.
 *
 * @param action what is done when it is farther behind than it may be
 * @param maxBehindBytes how many bytes of messages may wait for it, counted as {@link
 *     Message#weight()}
 * @param maxBehind how long the oldest message that waits for it may have waited
 */
public record SlowReaders(Action action, long maxBehindBytes, Duration maxBehind) {
  /** What an unconfigured room does. */
  public static final SlowReaders DEFAULT =
      new SlowReaders(Action.DISCONNECT, 8 << 20, Duration.ofMinutes(1));

  /** What is done about a slow reader. One that cannot be told of a gap is always disconnected. */
  public enum Action {
    /** Its connection is closed, with the last position it was sent; it loses nothing by that. */
    DISCONNECT,
    /** Of what waits for it, it gets the newest message of each key, and a gap for the others. */
    CONFLATE,
    /** It goes on at the room's head, and is told the gap. */
    SKIP
  }

  public SlowReaders {
    Objects.requireNonNull(action, "action");
    if (maxBehindBytes < 1) {
      throw new IllegalArgumentException(
          "maxBehindBytes is " + maxBehindBytes + ", must be at least 1");
    }
    if (!maxBehind.isPositive()) {
      throw new IllegalArgumentException("maxBehind is " + maxBehind + ", must be more than 0");
    }
  }
}
