package dev.carillon.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Has the heap collected when most of it may be garbage. HotSpot's serial collector does that only
 * when the heap is as large as it may become: connections that come and go outlive the young
 * generation, and what is left of them would stay for hours, and be a quarter of the machine. Other
 * collectors do it by themselves, and are left alone. See decision 33.
 */
final class HeapWatch {
  /** What the serial collector calls the old generation; no other has a pool of this name. */
  private static final String OLD = "Tenured Gen";

  private static final long LOOK_SECONDS = 5;

  /** Garbage that is not worth a pause, in bytes. */
  private static final long LEFT_ALONE = 64 << 20;

  private HeapWatch() {}

  /** Begins, beside a server that has started. Ends with the process. */
  static void start() {
    Thread.ofPlatform().daemon().name("carillon-heap").start(HeapWatch::watch);
  }

  private static void watch() {
    try {
      TimeUnit.SECONDS.sleep(LOOK_SECONDS); // nothing of this is needed for a start
      for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
        if (pool.getName().equals(OLD)) {
          watch(pool);
        }
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private static void watch(MemoryPoolMXBean old) throws InterruptedException {
    long live = 0;
    while (true) {
      if (isDue(live, old.getUsage().getUsed())) {
        System.gc();
        live = old.getUsage().getUsed();
      }
      TimeUnit.SECONDS.sleep(LOOK_SECONDS);
    }
  }

  /**
   * Whether a collection would pay: its pause grows with what is live, so what may be garbage has
   * to be twice as much.
   *
   * @param live what the last one left
   */
  static boolean isDue(long live, long used) {
    return used > 3 * live + LEFT_ALONE;
  }
}
