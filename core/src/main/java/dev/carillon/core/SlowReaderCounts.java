package dev.carillon.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What was done about one shard's slow readers. Counted by the shard alone, safe to read by many
 * threads, who see each figure a moment late.
 */
public final class SlowReaderCounts {
  private final AtomicLong disconnected = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong conflated = new AtomicLong();

  SlowReaderCounts() {}

  /** How many times one was disconnected. */
  public long disconnected() {
    return disconnected.get();
  }

  /** How many times one was moved to the head. */
  public long skipped() {
    return skipped.get();
  }

  /** How many times what waited for one was conflated. */
  public long conflated() {
    return conflated.get();
  }

  void count(SlowReaders.Action action) {
    AtomicLong counter =
        switch (action) {
          case DISCONNECT -> disconnected;
          case SKIP -> skipped;
          case CONFLATE -> conflated;
        };
    // One writer: an ordered store is enough.
    counter.lazySet(counter.getPlain() + 1);
  }
}
