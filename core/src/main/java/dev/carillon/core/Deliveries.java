package dev.carillon.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A shard's sessions that have something to be delivered, in the order of their turns. Some have
 * theirs, then the loop looks at what has come in, then others: so what is published meanwhile goes
 * out with what they get anyway, and whoever had a turn already has another behind all that wait.
 * Confined to its shard.
 */
final class Deliveries {
  /**
   * Of so many sessions all that they need to deliver is read at once, before the first of them
   * does: a send leaves nothing of it in the nearer caches, and one after the other each would wait
   * for memory. decision 36
   */
  private static final int AHEAD = 16;

  private final int atOnce;
  private final List<FormReaders> used = new ArrayList<>();
  private final List<Runnable> behindCycle = new ArrayList<>(0);
  private ArrayDeque<Session> waiting = new ArrayDeque<>();

  /** The queue of before, so that none is allocated: FanOutBench.deliver. */
  private ArrayDeque<Session> spare = new ArrayDeque<>();

  /** Kept so that the compiler leaves in what it was read for. */
  private int prefetched;

  /** How many have not had their turn of those that waited when the first of them had. */
  private int inCycle;

  /** Whether some session goes first; mostly none does, and nobody need look. */
  private boolean hurried;

  /** Delivers to so many sessions before the loop looks at its sockets. */
  Deliveries(int atOnce) {
    this.atOnce = atOnce;
  }

  /** Gives a session its turn, behind those that wait. */
  void add(Session session) {
    waiting.add(session);
    hurried |= session.turns().urgent();
  }

  /** Some session has something urgent. */
  void hurry() {
    hurried = true;
  }

  /** A group has encoded something, which it may have to drop when all have had their turn. */
  void used(FormReaders group) {
    used.add(group);
  }

  /** Whether nobody waits for a turn. */
  boolean areDone() {
    return waiting.isEmpty();
  }

  /** Some have their turn. */
  void goOn() {
    if (hurried) {
      hurried = false;
      putUrgentFirst();
    }
    if (inCycle == 0) {
      inCycle = waiting.size();
    }
    for (int i = 0, turns = Math.min(inCycle, atOnce); i < turns; i++) {
      if (i % AHEAD == 0) {
        prefetch();
      }
      inCycle--;
      waiting.remove().deliver();
    }
    boolean over = inCycle == 0;
    for (int i = 0; i < used.size(); i++) {
      used.get(i).turnsTaken(over);
    }
    if (over) {
      used.clear();
      runBehindCycle();
    }
  }

  private void prefetch() {
    int read = 0;
    int left = AHEAD;
    for (Session next : waiting) {
      read += next.prefetch();
      if (--left == 0) {
        break;
      }
    }
    prefetched = read;
  }

  /**
   * Has something done when all that wait in this cycle have had their turn; now, if none is under
   * way.
   */
  void behindCycle(Runnable task) {
    if (inCycle == 0) {
      task.run();
    } else {
      behindCycle.add(task);
    }
  }

  private void runBehindCycle() {
    if (!behindCycle.isEmpty()) {
      List<Runnable> tasks = List.copyOf(behindCycle);
      behindCycle.clear();
      tasks.forEach(Runnable::run);
    }
  }

  private void putUrgentFirst() {
    ArrayDeque<Session> ordered = spare;
    waiting.forEach(session -> addIf(session.turns().urgent(), session, ordered));
    waiting.forEach(session -> addIf(!session.turns().urgent(), session, ordered));
    waiting.clear();
    spare = waiting;
    waiting = ordered;
  }

  private static void addIf(boolean wanted, Session session, ArrayDeque<Session> queue) {
    if (wanted) {
      queue.add(session);
    }
  }
}
