package dev.carillon.core;

import java.time.Duration;
import java.util.Objects;

/**
 * What named subscriptions may keep a durable room from dropping.
 *
 * @param most how many there may be in a room, 1 or more
 * @param unusedFor a subscription that nobody has read for so long is forgotten
 * @param held how much of the log is kept beyond the room's retention, at most, for those that have
 *     not acknowledged it; what is older than its age is dropped in any case
 * @param whenFull what happens when its count or bytes are reached
 */
public record SubscriptionPolicy(int most, Duration unusedFor, Retention held, WhenFull whenFull) {
  /** A thousand, for a month; 100,000 messages, 64 MiB and a week, and then the oldest go. */
  public static final SubscriptionPolicy DEFAULT =
      new SubscriptionPolicy(
          1000,
          Duration.ofDays(30),
          new Retention(100_000, 64L << 20, Duration.ofDays(7)),
          WhenFull.TRIM);

  /** What happens when unacknowledged messages are as many as may be kept. */
  public enum WhenFull {
    /** The oldest are dropped; subscriptions that have not had them are told of the gap. */
    TRIM,
    /** Publishing is refused until they have been acknowledged. */
    REFUSE
  }

  public SubscriptionPolicy {
    if (most < 1) {
      throw new IllegalArgumentException("most is " + most + ", must be at least 1");
    }
    Objects.requireNonNull(unusedFor, "unusedFor");
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(whenFull, "whenFull");
  }
}
