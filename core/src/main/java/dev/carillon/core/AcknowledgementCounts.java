package dev.carillon.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What became of messages that one shard's readers acknowledge. Counted by the shard alone, safe to
 * read by many threads, who see each figure a moment late.
 */
public final class AcknowledgementCounts {
  /** What can become of one. */
  public enum Outcome {
    /** An acknowledgement came, of this message or of several at once. */
    ACKNOWLEDGED,
    /** The reader said that it could not deal with it. */
    REFUSED,
    /** Nothing was heard of it in time. */
    TIMED_OUT,
    /** It was sent again after one of these two. */
    REDELIVERED,
    /** It failed too often, and lies among the dead letters. */
    DEAD_LETTERED
  }

  private final AtomicLongArray counts = new AtomicLongArray(Outcome.values().length);

  AcknowledgementCounts() {}

  /** How often. */
  public long of(Outcome outcome) {
    return counts.get(outcome.ordinal());
  }

  void count(Outcome outcome) {
    // One writer: an ordered store is enough.
    counts.lazySet(outcome.ordinal(), counts.getPlain(outcome.ordinal()) + 1);
  }
}
