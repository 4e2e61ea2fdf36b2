package dev.carillon.broker.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all logs of a broker weigh. Safe for use by many threads.
 *
 * <p>A room says what it came to weigh when that has changed by a step, so that threads whose rooms
 * have nothing to do with each other hardly ever write to the same memory: a room that is full and
 * drops as much as it takes never does.
 */
final class TotalWeight {
  private static final int LARGEST_STEP = 16 << 10;

  private final AtomicLong bytes = new AtomicLong();
  private final long most;
  private final int step;

  /** A sum that is too much beyond {@code most} bytes. */
  TotalWeight(long most) {
    this.most = most;
    this.step = Math.clamp(most / 1024, 1, LARGEST_STEP);
  }

  boolean isTooMuch() {
    return bytes.get() > most;
  }

  /**
   * Takes a change of a room's weight, if it is worth it.
   *
   * @return what of it was not taken
   */
  long take(long change) {
    if (Math.abs(change) < step) {
      return change;
    }
    bytes.addAndGet(change);
    return 0;
  }

  /** Takes what was left over by a room that is given up. */
  void takeAll(long change) {
    bytes.addAndGet(change);
  }
}
