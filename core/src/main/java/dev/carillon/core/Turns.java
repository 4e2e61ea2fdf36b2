package dev.carillon.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A session's readers that have something to deliver, in the order of their turns: round and round,
 * those with an urgent message before the others, and those with nothing but messages of low
 * priority behind them. Nobody waits for ever: of five turns one goes to whoever stands behind.
 * Confined to its shard.
 */
final class Turns {
  /** How pressing it is that a reader gets on. */
  enum Urgency {
    /** A message of high priority waits. */
    HIGH,
    /** Some message waits. */
    USUAL,
    /** Nothing but messages of low priority waits. */
    LOW
  }

  private static final int IN_A_ROW = 4;

  private final ArrayDeque<Reader> usual = new ArrayDeque<>(1);
  private @Nullable ArrayDeque<Reader> high;
  private @Nullable ArrayDeque<Reader> low;
  private int inARow;
  private boolean lowest;

  /**
   * Has a reader take its turn, behind those that are as urgent.
   *
   * @return false when it waited already
   */
  boolean add(Reader reader) {
    Urgency urgency = reader.urgency();
    Urgency before = reader.queued;
    if (before == null) {
      reader.queued = urgency;
      queue(urgency).addLast(reader);
      return true;
    }
    if (urgency.compareTo(before) < 0) {
      queue(before).remove(reader);
      reader.queued = urgency;
      queue(urgency).addLast(reader);
    }
    return false;
  }

  /** It was not this reader's fault that it got no further: it goes first again. */
  void addFirst(Reader reader) {
    Urgency urgency = reader.urgency();
    reader.queued = urgency;
    queue(urgency).addFirst(reader);
  }

  /** Takes out the reader whose turn it is; null when none waits. */
  @Nullable Reader next() {
    Reader reader = high == null && low == null ? usual.pollFirst() : choose();
    if (reader != null) {
      reader.queued = null;
    }
    return reader;
  }

  private @Nullable Reader choose() {
    ArrayDeque<Reader> urgent = queue(Urgency.HIGH);
    ArrayDeque<Reader> idle = queue(Urgency.LOW);
    if (++inARow > IN_A_ROW) {
      inARow = 0;
      lowest = !lowest;
      Reader reader = lowest ? idle.pollFirst() : usual.pollFirst();
      if (reader != null) {
        return reader;
      }
    }
    Reader reader = urgent.pollFirst();
    if (reader == null) {
      reader = usual.pollFirst();
    }
    return reader == null ? idle.pollFirst() : reader;
  }

  /** Whether something of high priority waits. */
  boolean urgent() {
    return high != null && !high.isEmpty();
  }

  boolean isEmpty() {
    return usual.isEmpty() && !urgent() && (low == null || low.isEmpty());
  }

  /** Tells each room whose readers wait here that they do. */
  void eachLags() {
    usual.forEach(reader -> reader.view.lagging());
    if (high != null) {
      high.forEach(reader -> reader.view.lagging());
    }
    if (low != null) {
      low.forEach(reader -> reader.view.lagging());
    }
  }

  void clear() {
    usual.clear();
    high = null;
    low = null;
  }

  private ArrayDeque<Reader> queue(Urgency urgency) {
    return switch (urgency) {
      case USUAL -> usual;
      case HIGH -> {
        ArrayDeque<Reader> queue = high == null ? new ArrayDeque<>(1) : high;
        high = queue;
        yield queue;
      }
      case LOW -> {
        ArrayDeque<Reader> queue = low == null ? new ArrayDeque<>(1) : low;
        low = queue;
        yield queue;
      }
    };
  }
}
