package dev.carillon.client;

import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Tells an application's listener what happens, one after the other, on a virtual thread of its
 * own. Safe for many threads.
 */
final class Listening {
  /** What a listener may be behind; what happens beyond it is not told. */
  private static final int MAX_BEHIND = 1_000;

  private static final System.Logger LOG = System.getLogger("dev.carillon.client");

  private final Consumer<ClientEvent> listener;
  private final LinkedBlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>(MAX_BEHIND);

  Listening(Consumer<ClientEvent> listener) {
    this.listener = listener;
    Thread.ofVirtual().name("carillon-client-listener").start(this::run);
  }

  void tell(ClientEvent event) {
    if (event instanceof ClientEvent.Ended) {
      events.clear();
    }
    events.offer(event);
  }

  private void run() {
    try {
      ClientEvent event = events.take();
      while (true) {
        tellListener(event);
        if (event instanceof ClientEvent.Ended) {
          return;
        }
        event = events.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tellListener(ClientEvent event) {
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the listener of a client failed", e);
    }
  }
}
