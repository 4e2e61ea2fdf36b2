package dev.carillon.core;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's readers that have something to deliver, in the order of their turns: round and round,
 * those with an urgent message before the others, and those with nothing but messages of low
 * priority behind them. Nobody waits for ever: of five turns one goes to whoever stands behind.
 * When the socket takes no more, all wait. Confined to its shard.
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

  /** So many full turns, and then other sessions go on. */
  private static final int IN_A_ROUND = 16;

  private final Session session;
  private final Row usual = new Row();
  private @Nullable Row high;
  private @Nullable Row low;
  private int inARow;
  private boolean lowest;

  /** Whose frame was cut by the socket: it goes before everything else. */
  private @Nullable Reader unfinished;

  private boolean blocked;
  private boolean leaving;

  Turns(Session session) {
    this.session = session;
  }

  /**
   * Readers that stand behind one another, chained through themselves: nearly always one, which is
   * to be found without another step through memory (FanOutBench.deliver).
   */
  private static final class Row {
    private @Nullable Reader first;
    private @Nullable Reader last;

    boolean isEmpty() {
      return first == null;
    }

    void addLast(Reader reader) {
      Reader before = last;
      if (before == null) {
        first = reader;
      } else {
        before.behind = reader;
      }
      last = reader;
    }

    void addFirst(Reader reader) {
      reader.behind = first;
      first = reader;
      if (last == null) {
        last = reader;
      }
    }

    @Nullable Reader poll() {
      Reader reader = first;
      if (reader != null) {
        first = reader.behind;
        reader.behind = null;
        if (first == null) {
          last = null;
        }
      }
      return reader;
    }

    void remove(Reader reader) {
      Reader before = null;
      for (Reader each = first; each != null; before = each, each = each.behind) {
        if (each == reader) {
          if (before == null) {
            first = reader.behind;
          } else {
            before.behind = reader.behind;
          }
          last = last == reader ? before : last;
          reader.behind = null;
          return;
        }
      }
    }

    void forEach(Consumer<Reader> action) {
      for (Reader each = first; each != null; each = each.behind) {
        action.accept(each);
      }
    }

    void clear() {
      while (poll() != null) {}
    }
  }

  // -- Waiting -----------------------------------------------------------------------------------

  /** Gives a reader its turn in this round, or when the socket takes bytes again. */
  void enqueue(Reader reader) {
    if (leaving || session.isClosed() || !add(reader)) {
      return;
    }
    if (blocked) {
      reader.view.lagging();
    } else {
      session.shard().touch(session);
    }
  }

  /**
   * Has a reader take its turn, behind those that are as urgent.
   *
   * @return false when it waited already
   */
  private boolean add(Reader reader) {
    Urgency urgency = reader.urgency();
    if (urgency == Urgency.HIGH) {
      session.shard().deliveries().hurry();
    }
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
  private void addFirst(Reader reader) {
    Urgency urgency = reader.urgency();
    reader.queued = urgency;
    queue(urgency).addFirst(reader);
  }

  /** Takes out the reader whose turn it is; null when none waits. */
  private @Nullable Reader next() {
    Reader reader = high == null && low == null ? usual.poll() : choose();
    if (reader != null) {
      reader.queued = null;
    }
    return reader;
  }

  private @Nullable Reader choose() {
    Row urgent = queue(Urgency.HIGH);
    Row idle = queue(Urgency.LOW);
    if (++inARow > IN_A_ROW) {
      inARow = 0;
      lowest = !lowest;
      Reader reader = lowest ? idle.poll() : usual.poll();
      if (reader != null) {
        return reader;
      }
    }
    Reader reader = urgent.poll();
    if (reader == null) {
      reader = usual.poll();
    }
    return reader == null ? idle.poll() : reader;
  }

  /** Whether something of high priority waits. */
  boolean urgent() {
    return high != null && !high.isEmpty();
  }

  /** Tells each room whose readers wait here that they do. */
  private void eachLags() {
    usual.forEach(reader -> reader.view.lagging());
    if (high != null) {
      high.forEach(reader -> reader.view.lagging());
    }
    if (low != null) {
      low.forEach(reader -> reader.view.lagging());
    }
  }

  private void clear() {
    usual.clear();
    high = null;
    low = null;
  }

  private Row queue(Urgency urgency) {
    return switch (urgency) {
      case USUAL -> usual;
      case HIGH -> {
        Row queue = high == null ? new Row() : high;
        high = queue;
        yield queue;
      }
      case LOW -> {
        Row queue = low == null ? new Row() : low;
        low = queue;
        yield queue;
      }
    };
  }

  // -- Delivering --------------------------------------------------------------------------------

  /** Whether the socket takes no more. */
  boolean isBlocked() {
    return blocked;
  }

  /** Whether the socket takes bytes, and the session is not about to end. */
  boolean areOpen() {
    return !blocked && !leaving;
  }

  /** The socket takes bytes again; whether it did not before. */
  boolean unblock() {
    boolean before = blocked;
    blocked = false;
    return before;
  }

  /** A reader's frame was cut by the socket. */
  void unfinished(Reader reader) {
    unfinished = reader;
  }

  /** How many bytes of renditions the half-sent frame keeps from being freed. */
  int pinned() {
    return unfinished == null ? 0 : unfinished.pinned();
  }

  /** A reader is farther behind than its room allows: it is to come back from where it is. */
  void tooSlow(Reader reader) {
    if (leaving || session.isClosed()) {
      return;
    }
    leaving = true;
    clear();
    session.shard().slowReaders().count(SlowReaders.Action.DISCONNECT);
    String words = "lag " + reader.written();
    boolean only = session.rooms().equals(List.of(reader.view.name()));
    String reason = only ? words : words + " in " + reader.view.name();
    session.outlet().close(Disconnect.LAG, reason);
  }

  /** Whether a reader was {@link #tooSlow}, so that nobody has a turn any more. */
  boolean areOver() {
    return leaving;
  }

  /** The connection is gone. */
  void end() {
    Reader cutOff = unfinished;
    if (cutOff != null) {
      unfinished = null;
      cutOff.letGo();
    }
    clear();
  }

  /** Reads what {@link #take} is about to. */
  int prefetch() {
    Reader reader = usual.first;
    return reader == null ? 0 : reader.prefetch();
  }

  /** Whoever waits delivers, as far as the socket takes it. */
  void take() {
    if (!blocked) {
      blocked = !finishFrame() || !takeEach();
    }
  }

  private boolean finishFrame() {
    Reader reader = unfinished;
    if (reader == null) {
      return true;
    }
    if (!reader.finishFrame()) {
      return false;
    }
    unfinished = null;
    return true;
  }

  private boolean takeEach() {
    int taken = 0;
    Reader reader;
    while ((reader = next()) != null) {
      switch (reader.deliver()) {
        case DONE -> {}
        case MORE -> {
          add(reader);
          if (++taken == IN_A_ROUND) {
            eachLags();
            session.shard().touch(session); // then it is the turn of other sessions
            return true;
          }
        }
        case BLOCKED -> {
          addFirst(reader);
          eachLags();
          return false;
        }
      }
    }
    return true;
  }
}
