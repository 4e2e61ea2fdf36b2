package dev.carillon.core;

import java.time.Duration;

/**
 * How much of a room's log is kept: whichever limit is reached first.
 *
 * @param count messages, 0 to 10,000,000
 * @param bytes bytes of {@link Message#weight() weight}
 * @param age how old a message may get
 */
public record Retention(int count, long bytes, Duration age) {
  /** The last 1,000 messages, at most 4 MiB and a day old. */
  public static final Retention DEFAULT = new Retention(1000, 4L << 20, Duration.ofDays(1));

  /** Nothing. */
  public static final Retention NONE = new Retention(0, 0, Duration.ZERO);

  public Retention {
    if (count < 0 || count > 10_000_000) {
      throw new IllegalArgumentException("count is " + count + ", must be 0 to 10,000,000");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes is " + bytes + ", must be at least 0");
    }
    if (age.isNegative()) {
      throw new IllegalArgumentException("age is " + age + ", must not be negative");
    }
  }
}
