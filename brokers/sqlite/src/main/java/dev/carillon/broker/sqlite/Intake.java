package dev.carillon.broker.sqlite;

import dev.carillon.core.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the writer, in the order it came, up to a weight. Safe for use by many threads;
 * nothing is called under its lock.
 */
final class Intake {
  /** What one transaction takes at most. */
  static final long GROUP_BYTES = 16L << 20;

  static final int GROUP_REQUESTS = 8192;

  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private List<Request> atWork = List.of();
  private long bytes;
  private boolean closed;

  Intake(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What became of an offer. */
  enum Offered {
    TAKEN,
    FULL,
    CLOSED
  }

  Offered offer(Request request) {
    lock.lock();
    try {
      if (closed) {
        return Offered.CLOSED;
      }
      if (!waiting.isEmpty() && bytes + request.weight() > maxBytes) {
        return Offered.FULL;
      }
      waiting.add(request);
      bytes += request.weight();
      came.signal();
      return Offered.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Everything that came since the last time, up to the limits of a group; waits only when there is
   * nothing.
   *
   * @return empty when nothing came in that time, or it is closed
   */
  List<Request> take(long millis) throws InterruptedException {
    lock.lock();
    try {
      atWork = List.of();
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (waiting.isEmpty() && !closed && left > 0) {
        left = came.awaitNanos(left);
      }
      if (closed) {
        return List.of();
      }
      List<Request> group = new ArrayList<>(Math.min(waiting.size(), GROUP_REQUESTS));
      long weight = 0;
      while (!waiting.isEmpty() && group.size() < GROUP_REQUESTS && weight < GROUP_BYTES) {
        Request next = waiting.remove();
        weight += next.weight();
        group.add(next);
      }
      bytes -= weight;
      atWork = group;
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Answers those that have waited since before that moment, those at work as being in doubt. */
  void expire(long beforeNanos, Problem problem) {
    List<Request> late = new ArrayList<>();
    lock.lock();
    try {
      for (Request request : atWork) {
        if (request.askedNanos() - beforeNanos < 0) {
          late.add(request);
        }
      }
      for (Request request : waiting) { // the first is the oldest
        if (request.askedNanos() - beforeNanos >= 0) {
          break;
        }
        late.add(request);
      }
    } finally {
      lock.unlock();
    }
    late.forEach(request -> request.expire(problem));
  }

  /** How long the oldest request has waited that is not done with; 0 when there is none. */
  long waitedNanos() {
    lock.lock();
    try {
      Request oldest = atWork.isEmpty() ? waiting.peek() : atWork.getFirst();
      return oldest == null ? 0 : System.nanoTime() - oldest.askedNanos();
    } finally {
      lock.unlock();
    }
  }

  /** Lets nothing in any more, and gives what was waiting. */
  List<Request> close() {
    lock.lock();
    try {
      closed = true;
      List<Request> left = List.copyOf(waiting);
      waiting.clear();
      bytes = 0;
      came.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
