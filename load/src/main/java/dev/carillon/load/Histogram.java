package dev.carillon.load;

import java.util.Arrays;

/**
 * Counts times by length, in 64 steps to each doubling, so that what is read from it is at most 1.6
 * % too long. Confined to the run's thread.
 */
final class Histogram {
  private static final int STEP_BITS = 6;
  private static final int STEPS = 1 << STEP_BITS;

  private final long[] counts = new long[STEPS * (Long.SIZE - STEP_BITS)];
  private long max;
  private double sum;

  void record(long nanos) {
    counts[slot(nanos)]++;
    sum += nanos;
    max = Math.max(max, nanos);
  }

  private static int slot(long nanos) {
    int doublings = Math.max(0, Long.SIZE - STEP_BITS - 1 - Long.numberOfLeadingZeros(nanos));
    return doublings * STEPS + (int) (nanos >>> doublings);
  }

  /** The longest time that counts as this slot. */
  static long longest(int slot) {
    int doublings = Math.max(0, slot / STEPS - 1);
    return ((slot - (long) doublings * STEPS + 1) << doublings) - 1;
  }

  /** What was recorded so far. */
  Latencies latencies() {
    int used = counts.length;
    while (used > 0 && counts[used - 1] == 0) {
      used--;
    }
    return new Latencies(Arrays.copyOf(counts, used), sum, max);
  }
}
