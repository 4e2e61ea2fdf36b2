package dev.carillon.simulator;

import dev.carillon.wire.Range;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What one application is owed by its durable subscription, as it knows it itself: everything from
 * where it began is to come, until it has acknowledged it or the dead letters have it. Outlives
 * connections, sessions, and leaving the room.
 */
final class Owing {
  private final Witness witness;
  private final String who;
  private final Set<Long> got = new LinkedHashSet<>();
  private final List<Range> lost = new ArrayList<>();
  private @Nullable String epoch;
  private long begun;
  private long acked;

  /** Whether a new log was told of, and the server has not said since where it goes on. */
  private boolean unsure;

  Owing(Witness witness, String who) {
    this.witness = witness;
    this.who = who;
  }

  @Nullable String epoch() {
    return epoch;
  }

  /** The server goes on here; {@code dead} says what was given up. */
  void resumed(String in, long from, LongPredicate dead) {
    if (!in.equals(epoch)) {
      reset(in, from - 1);
    } else if (unsure && from > begun) {
      begun = from; // who had lost everything had lost the subscription, too
    }
    unsure = false;
    check("goes on behind", from - 1, dead);
  }

  /** The server has it kept that everything up to here is settled. */
  void kept(String in, long upTo, LongPredicate dead) {
    if (in.equals(epoch) && !unsure) {
      check("is kept at", upTo, dead);
    }
  }

  private void check(String what, long upTo, LongPredicate dead) {
    long reached = Math.max(acked, begun - 1);
    while (reached < upTo && (isLost(reached + 1) || dead.test(reached + 1))) {
      reached++;
    }
    if (reached < upTo) {
      violated("%s %d, but %d was not acknowledged".formatted(what, upTo, reached + 1));
    }
  }

  void reset(String to, long head) {
    epoch = to;
    begun = head + 1;
    acked = head;
    got.clear();
    lost.clear();
    unsure = true;
  }

  void lost(String in, List<Range> ranges) {
    if (in.equals(epoch)) {
      lost.addAll(ranges);
    }
  }

  void got(String in, long offset) {
    if (in.equals(epoch)) {
      got.add(offset);
    }
  }

  void acked(String in, long offset) {
    if (in.equals(epoch)) {
      acked = Math.max(acked, offset);
    }
  }

  private boolean isLost(long offset) {
    return lost.stream().anyMatch(range -> range.from() <= offset && offset <= range.to());
  }

  /** Everything has come to rest: all of it was given, told to be lost, or given up. */
  void settled(String in, long head, LongPredicate dead) {
    if (!in.equals(epoch)) {
      return; // it has not been here since
    }
    for (long offset = begun; offset <= head; offset++) {
      if (!got.contains(offset) && !isLost(offset) && !dead.test(offset)) {
        violated(offset + " never came, and nobody said why");
        return;
      }
    }
  }

  private void violated(String what) {
    witness.violated("16 " + who + ": " + what);
  }
}
