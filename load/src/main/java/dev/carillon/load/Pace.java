package dev.carillon.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When messages are to be sent: at full milliseconds, as many as make the rate. They are due
 * whether or not the server keeps up, so what it delays counts as its delay. Confined to the run's
 * thread but for its own.
 */
final class Pace implements AutoCloseable {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

  private final double rate;
  private final long begin;
  private final Thread ticker;
  private volatile boolean over;
  private long taken;

  /**
   * Begins.
   *
   * @param tick called once a millisecond, on a thread of its own
   */
  Pace(double rate, Runnable tick) {
    this.rate = rate;
    this.begin = System.nanoTime();
    this.ticker = Thread.ofPlatform().daemon().name("load-pace").start(() -> run(tick));
  }

  private void run(Runnable tick) {
    long next = begin;
    while (!over) {
      next += TICK;
      long wait = next - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      } else {
        next -= wait / TICK * TICK; // what was missed is made up for by the next one
      }
      tick.run();
    }
  }

  /** How many are due by now and not taken. */
  long due(long now) {
    return (long) ((now - begin) / TICK * TICK * 1e-9 * rate) - taken;
  }

  /** Takes the next one; tells when it was due. */
  long take() {
    long nanos = (long) (++taken / rate * 1e9); // cut, so that it is no tick later than due() says
    return begin + (nanos + TICK - 1) / TICK * TICK;
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(ticker);
  }
}
