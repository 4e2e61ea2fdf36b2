package dev.carillon.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one reader was sent and has not acknowledged, and how often the lowest of it was sent in
 * vain. Offsets that were not meant for the reader need no acknowledgement. Confined to the shard.
 *
 * <p>After a failed delivery only the lowest message is sent, until it is settled: so a reader that
 * never acknowledges costs one message each time that it is waited for.
 */
final class AckWindow {
  private final int most;
  private final int maxDeliveries;
  private final long timeout;

  /** What was sent, in stretches without a hole; rising. */
  private final ArrayDeque<Range> pending = new ArrayDeque<>(2);

  /** How many offsets those are. */
  private int count;

  /** Everything up to here was sent, or passed over. */
  private long passed;

  /** The highest that was sent since it began, or may have been before. */
  private long highest;

  /** The highest that was sent since it began. */
  private long reached;

  /** What was acknowledged; more than {@link #passed} when that was set back meanwhile. */
  private long acknowledged;

  private long settled;

  /** What was told to be lost, and by nothing yet to have been heard; 0 and 0 for nothing. */
  private long lostFrom;

  private long lostTo;
  private int failures;
  private long deadline;

  /**
   * A window that begins behind an offset.
   *
   * @param failures how often the message behind it was delivered in vain
   * @param highest up to where acknowledgements may still come of what was sent earlier
   */
  AckWindow(AckPolicy policy, long acked, int failures, long highest) {
    this.most = policy.maxUnacknowledged();
    this.maxDeliveries = policy.maxDeliveries();
    this.timeout = policy.timeout().toMillis();
    this.passed = acked;
    this.acknowledged = acked;
    this.settled = acked;
    this.failures = failures;
    this.highest = Math.max(highest, acked);
  }

  /**
   * Everything up to here is settled: acknowledged, passed over, given up, or told to be lost to a
   * reader that has acknowledged something behind it.
   */
  long acked() {
    return settled;
  }

  int failures() {
    return failures;
  }

  /** The highest that was ever sent. */
  long highest() {
    return highest;
  }

  /** The highest that was sent since it began; 0 for nothing. */
  long reached() {
    return reached;
  }

  /** Whether something that was sent waits to be acknowledged. */
  boolean isWaiting() {
    return !pending.isEmpty();
  }

  /** How many more messages may be sent. */
  int room() {
    return failures > 0 ? (pending.isEmpty() ? 1 : 0) : most - count;
  }

  /**
   * These were sent.
   *
   * @param end behind the last one
   * @param now milliseconds by a clock that is never set
   * @return whether more is settled than before
   */
  boolean sent(long from, long end, long now) {
    boolean first = pending.isEmpty();
    passed(from - 1);
    passed = end - 1;
    highest = Math.max(highest, passed);
    reached = Math.max(reached, passed);
    long needed = Math.max(from, acknowledged + 1);
    if (needed < end) {
      Range last = pending.peekLast();
      if (last != null && last.to() + 1 == needed) {
        pending.removeLast();
        pending.addLast(new Range(last.from(), end - 1));
      } else {
        pending.addLast(new Range(needed, end - 1));
      }
      count += (int) (end - needed);
      if (first) {
        deadline = now + timeout;
      }
    }
    return settle(now);
  }

  /** Everything up to an offset was sent before, or not meant for this reader. */
  boolean passedOver(long upTo, long now) {
    passed(upTo);
    return settle(now);
  }

  /**
   * These are gone, and the reader is being told. Nobody knows whether it hears of it before its
   * connection is lost, so they are not settled until it acknowledges something behind them.
   */
  void lost(long from, long to) {
    lostFrom = lostFrom == 0 ? from : Math.min(lostFrom, from);
    lostTo = Math.max(lostTo, to);
    passed(to);
  }

  private void passed(long upTo) {
    passed = Math.max(passed, upTo);
  }

  /** Whether an offset was ever sent, so that it can be acknowledged. */
  boolean wasSent(long offset) {
    return offset <= Math.max(highest, settled);
  }

  /** Everything up to this has been dealt with. */
  boolean ack(long offset, long now) {
    acknowledged = Math.max(acknowledged, offset);
    Range first = pending.peekFirst();
    while (first != null && first.from() <= offset) {
      pending.removeFirst();
      count -= (int) (Math.min(first.to(), offset) - first.from() + 1);
      if (first.to() > offset) {
        pending.addFirst(new Range(offset + 1, first.to()));
      }
      first = pending.peekFirst();
    }
    return settle(now);
  }

  private boolean settle(long now) {
    Range first = pending.peekFirst();
    long upTo = first == null ? Math.max(passed, acknowledged) : first.from() - 1;
    if (lostFrom > 0 && acknowledged <= lostTo) {
      upTo = Math.min(upTo, lostFrom - 1);
    } else {
      lostFrom = 0;
      lostTo = 0;
    }
    if (upTo <= settled) {
      return false;
    }
    settled = upTo;
    failures = 0;
    deadline = now + timeout;
    return true;
  }

  /** The lowest one that was sent and is not settled; null when there is none. */
  @Nullable Long lowest() {
    Range first = pending.peekFirst();
    return first == null ? null : first.from();
  }

  /** Whether the lowest one has been waited for long enough. */
  boolean isDue(long now) {
    return !pending.isEmpty() && now >= deadline;
  }

  /** Waits anew, as nothing could be sent. */
  void defer(long now) {
    deadline = now + timeout;
  }

  /**
   * The lowest one was delivered in vain.
   *
   * @return whether it may be tried again: then everything behind {@link #acked} is to be sent anew
   */
  boolean failed(long now) {
    failures++;
    deadline = now + timeout;
    if (failures >= maxDeliveries) {
      return false;
    }
    pending.clear();
    count = 0;
    passed = settled;
    return true;
  }

  /** The lowest one was given up. */
  boolean giveUp(long offset, long now) {
    return ack(offset, now);
  }

  /** The log is another one, or what was missing was told: nothing before this offset counts. */
  void restart(long acked) {
    pending.clear();
    count = 0;
    failures = 0;
    passed = acked;
    acknowledged = acked;
    settled = acked;
    lostFrom = 0;
    lostTo = 0;
    highest = acked;
    reached = 0;
  }
}
