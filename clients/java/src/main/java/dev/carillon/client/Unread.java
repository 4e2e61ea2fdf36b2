package dev.carillon.client;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a room has received and the application has not taken yet. Safe for many threads. */
final class Unread {
  /** What an event takes beside its data, about. */
  private static final int EVENT_BYTES = 128;

  private final ClientOptions.Bounds bounds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<RoomEvent> events = new ArrayDeque<>();
  private long bytes;
  private @Nullable CarillonException end;

  Unread(ClientOptions.Bounds bounds) {
    this.bounds = bounds;
  }

  /** Adds an event; true when the room is to be set aside, since there are enough. */
  boolean put(RoomEvent event) {
    lock.lock();
    try {
      events.add(event);
      bytes += size(event);
      changed.signal();
      return events.size() >= bounds.unreadEvents() || bytes >= bounds.unreadBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes; what is there can still be taken. */
  void end(CarillonException error) {
    lock.lock();
    try {
      if (end == null) {
        end = error;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next event, waiting for it.
   *
   * @param nanos how long; null when none has come by then
   */
  @Nullable RoomEvent take(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (events.isEmpty()) {
        if (end != null) {
          throw end;
        }
        if (left <= 0) {
          return null;
        }
        left = changed.awaitNanos(left);
      }
      RoomEvent event = events.remove();
      bytes -= size(event);
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CarillonException.Interrupted("interrupted while waiting for a message", e);
    } finally {
      lock.unlock();
    }
  }

  boolean isHalfEmpty() {
    lock.lock();
    try {
      return events.size() <= bounds.unreadEvents() / 2 && bytes <= bounds.unreadBytes() / 2;
    } finally {
      lock.unlock();
    }
  }

  private static int size(RoomEvent event) {
    return EVENT_BYTES + (event instanceof Message message ? message.bytes().length : 0);
  }
}
