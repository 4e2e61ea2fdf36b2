package dev.carillon.broker.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all rooms of a broker weigh. Safe for use by many threads.
 *
 * <p>A room says what it came to weigh when that has changed by a quarter of what it said before,
 * or by {@value #LARGEST_STEP} bytes, so that threads whose rooms have nothing to do with each
 * other hardly ever write to the same memory: a room that is full and drops as much as it takes
 * never does.
 */
final class TotalWeight {
  private static final int LARGEST_STEP = 16 << 10;

  private final AtomicLong bytes = new AtomicLong();
  private final long most;

  /** A sum that is too much beyond {@code most} bytes. */
  TotalWeight(long most) {
    this.most = most;
  }

  boolean isTooMuch() {
    return bytes.get() > most;
  }

  long bytes() {
    return bytes.get();
  }

  /**
   * Takes a room's weight in place of what it said before, if it differs by enough.
   *
   * @return what counts as said from now on
   */
  long change(long said, long weight) {
    if (Math.abs(weight - said) < Math.min(said / 4, LARGEST_STEP)) {
      return said;
    }
    bytes.addAndGet(weight - said);
    return weight;
  }
}
