package dev.carillon.connection;

import dev.carillon.core.spi.Mailbox;
import java.util.ArrayDeque;

/** Runs its tasks when told to. */
final class TestMailbox implements Mailbox {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  @Override
  public void post(Runnable task) {
    tasks.add(task);
  }

  /** Runs what is there, and what that posts. */
  void runAll() {
    Runnable task;
    while ((task = tasks.poll()) != null) {
      task.run();
    }
  }

  /** Runs the oldest task. */
  void runOne() {
    tasks.remove().run();
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }
}
