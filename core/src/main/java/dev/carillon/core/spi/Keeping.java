package dev.carillon.core.spi;

import dev.carillon.core.Problem;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SubscriptionPolicy;

/**
 * What a log keeps when its retention and its subscriptions do not agree. One rule for all brokers.
 */
public final class Keeping {
  /** What is settled where nobody has subscribed. */
  public static final long ALL = Long.MAX_VALUE;

  private Keeping() {}

  /**
   * Whether the oldest message of a log is dropped.
   *
   * @param offset where it stands
   * @param time when it was published, milliseconds since 1970
   * @param count how many messages there are, with this one
   * @param bytes what they weigh
   * @param settled up to where every subscription has acknowledged, or {@link #ALL}
   * @param now milliseconds since 1970
   */
  public static boolean drops(
      RoomPolicy policy, long offset, long time, long count, long bytes, long settled, long now) {
    Retention retention = policy.retention();
    boolean superfluous =
        count > retention.count()
            || bytes > retention.bytes()
            || time < now - retention.age().toMillis();
    if (!superfluous || offset <= settled) {
      return superfluous;
    }
    SubscriptionPolicy subscriptions = policy.subscriptions();
    return time < now - subscriptions.held().age().toMillis()
        || subscriptions.whenFull() == SubscriptionPolicy.WhenFull.TRIM
            && (count > most(policy) || bytes > mostBytes(policy));
  }

  /**
   * Whether nothing more may be appended, because subscriptions hold as much as they may.
   *
   * @param oldest the oldest message there is
   */
  public static boolean isFull(
      RoomPolicy policy, long oldest, long count, long bytes, long settled) {
    return policy.subscriptions().whenFull() == SubscriptionPolicy.WhenFull.REFUSE
        && count > 0
        && oldest > settled
        && (count >= most(policy) || bytes >= mostBytes(policy));
  }

  /** Why nothing may be appended. */
  public static Broker.Appended full(RoomName room, long count) {
    return new Broker.Appended.Failed(
        false,
        new Problem(
            Problem.Reason.ROOM_FULL,
            "room %s holds %d messages that a subscription has not acknowledged; publish again when it has"
                .formatted(room, count)));
  }

  /** Why there cannot be another subscription. */
  public static <T> Broker.Answer<T> tooMany(RoomName room, int most) {
    return new Broker.Answer.Failed<>(
        new Problem(
            Problem.Reason.ROOM_FULL,
            "room %s has %d subscriptions, as many as it may".formatted(room, most)));
  }

  /** Why a cursor of another epoch is not taken. */
  public static <T> Broker.Answer<T> otherEpoch(RoomName room) {
    return new Broker.Answer.Failed<>(
        new Problem(
            Problem.Reason.EPOCH_CHANGED, "room " + room + " has another epoch than the cursor"));
  }

  private static long most(RoomPolicy policy) {
    return Math.max(policy.subscriptions().held().count(), policy.retention().count());
  }

  private static long mostBytes(RoomPolicy policy) {
    return Math.max(policy.subscriptions().held().bytes(), policy.retention().bytes());
  }
}
