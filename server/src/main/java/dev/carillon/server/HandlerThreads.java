package dev.carillon.server;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs tasks, those of one name one after the other, on a virtual thread that lives while there are
 * some. Safe for use by many threads.
 */
final class HandlerThreads {
  private final String prefix;
  private final Map<String, Queue<Runnable>> waiting = new ConcurrentHashMap<>();

  HandlerThreads(String prefix) {
    this.prefix = prefix;
  }

  /** Whether something of that name waits or runs. */
  boolean isBusy(String name) {
    return waiting.containsKey(name);
  }

  /** Has a task run behind those of the same name. It does not throw. */
  void run(String name, Runnable task) {
    waiting.compute(
        name,
        (same, queue) -> {
          Queue<Runnable> tasks = queue == null ? start(name) : queue;
          tasks.add(task);
          return tasks;
        });
  }

  /** Has a task run beside all others. */
  void runBeside(String name, Runnable task) {
    Thread.ofVirtual().name(prefix + name).start(task);
  }

  private Queue<Runnable> start(String name) {
    runBeside(name, () -> runAll(name));
    return new ArrayDeque<>();
  }

  private void runAll(String name) {
    Runnable[] next = new Runnable[1];
    while (true) {
      // One step with adding, so that a queue is only let go when it is empty.
      waiting.computeIfPresent(
          name, (same, queue) -> (next[0] = queue.poll()) == null ? null : queue);
      if (next[0] == null) {
        return;
      }
      next[0].run();
    }
  }
}
