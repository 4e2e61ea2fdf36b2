package dev.carillon.testkit;

import dev.carillon.core.spi.Mailbox;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A mailbox that runs its tasks when it is told to, on the thread that tells it. Posting is safe
 * for use by many threads, running is for one.
 */
public final class TestLoop implements Mailbox {
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** A mailbox with nothing in it. */
  public TestLoop() {}

  @Override
  public void post(Runnable task) {
    tasks.add(task);
  }

  /**
   * Runs what is there now; what these tasks post waits for the next call. Gives the number run.
   */
  public int runRound() {
    int count = tasks.size();
    for (int i = 0; i < count; i++) {
      Runnable task = tasks.poll();
      if (task != null) {
        task.run();
      }
    }
    return count;
  }
}
