package dev.carillon.core;

import dev.carillon.core.spi.Arrival;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many sessions were let in to one shard, and how many were told to come back later. Counted by
 * the shard alone, safe to read by many threads, who see each figure a moment late.
 */
public final class AdmissionCounts {
  private final AtomicLong[] admitted = {new AtomicLong(), new AtomicLong()};
  private final AtomicLong[] refused = {new AtomicLong(), new AtomicLong()};

  AdmissionCounts() {}

  /** How many came in. */
  public long admitted(Arrival arrival) {
    return admitted[arrival.ordinal()].get();
  }

  /** How often somebody was told to come back later. */
  public long refused(Arrival arrival) {
    return refused[arrival.ordinal()].get();
  }

  void countAdmitted(Arrival arrival) {
    count(admitted[arrival.ordinal()]);
  }

  void countRefused(Arrival arrival) {
    count(refused[arrival.ordinal()]);
  }

  private static void count(AtomicLong counter) {
    // One writer: an ordered store is enough.
    counter.lazySet(counter.getPlain() + 1);
  }
}
