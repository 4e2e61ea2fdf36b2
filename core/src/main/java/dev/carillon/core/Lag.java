package dev.carillon.core;

/**
 * How far behind the readers of one room may be in one shard. Exists only while somebody there is
 * behind; readers that keep up are never looked at. Confined to its shard.
 *
 * <p>Now and then it marks where the head stands, how much was ever published by then, and the
 * time. Whoever waits for a message at or before a mark has waited at least since then, for at
 * least what was published since then; so a reader is never called slow too early, and at most a
 * thirty-second part of its budget too late.
 */
final class Lag {
  private static final int PARTS = 32;

  /** 32 parts of the one budget and of the other, and a few to spare. */
  private static final int MARKS = 2 * PARTS + 4;

  private final long[] heads = new long[MARKS];
  private final long[] weights = new long[MARKS];
  private final long[] times = new long[MARKS];
  private final long maxBytes;
  private final long maxMillis;
  private int first;
  private int count;
  private long floor;

  /** Begins now: what was waited for before counts from here. */
  Lag(SlowReaders budget, long head, long weight, long now) {
    this.maxBytes = budget.maxBehindBytes();
    this.maxMillis = budget.maxBehind().toMillis();
    put(head, weight, now);
  }

  /** The head stands here, and so much was ever published. */
  void mark(long head, long weight, long now) {
    int last = (first + count - 1 + MARKS) % MARKS;
    boolean near =
        count > 0
            && weight - weights[last] < maxBytes / PARTS
            && now - times[last] < maxMillis / PARTS;
    if (count > 0 && heads[last] == head || near) {
      return;
    }
    if (count == MARKS) {
      pass();
    }
    put(head, weight, now);
  }

  private void put(long head, long weight, long now) {
    int at = (first + count++) % MARKS;
    heads[at] = head;
    weights[at] = weight;
    times[at] = now;
  }

  private void pass() {
    floor = heads[first] + 1;
    first = (first + 1) % MARKS;
    count--;
  }

  /** The first offset that may still be waited for; whoever waits for an earlier one is slow. */
  long floor(long weight, long now) {
    while (count > 0 && (weight - weights[first] > maxBytes || now - times[first] > maxMillis)) {
      pass();
    }
    return floor;
  }
}
