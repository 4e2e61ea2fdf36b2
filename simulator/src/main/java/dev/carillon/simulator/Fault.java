package dev.carillon.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that goes wrong.
 *
 * @param at milliseconds since the run began
 * @param kind what
 * @param victim which client, counted modulo their number
 * @param millis for how long, where it lasts
 */
record Fault(long at, Kind kind, int victim, long millis) {
  /** What can go wrong. */
  enum Kind {
    /** A connection is reset; what was under way is lost. */
    RESET,
    /** A connection is closed from the middle, both ways, after what was under way. */
    END,
    /** A connection swallows everything, and nobody is told. */
    BLACK_HOLE,
    /** Nothing arrives at the server for a while. */
    STALL_UP,
    /** Nothing arrives at the client for a while. */
    STALL_DOWN,
    /** New connections of a client fail for a while. */
    NO_WAY,
    /** All connections are reset at once. */
    STORM,
    /** The broker loses a feed. */
    FEED_LOST,
    /** The broker fails, and answers that it cannot tell, for a while. */
    BROKER_ERRORS,
    /** The broker forgets everything. */
    FAIL_OVER,
    /** The node is gone, and another one takes its place after a while. */
    CRASH
  }

  private static final List<Kind> UNIFORM =
      List.of(
          Kind.RESET,
          Kind.RESET,
          Kind.RESET,
          Kind.END,
          Kind.BLACK_HOLE,
          Kind.STALL_UP,
          Kind.STALL_DOWN,
          Kind.STALL_DOWN,
          Kind.NO_WAY,
          Kind.FEED_LOST,
          Kind.FEED_LOST,
          Kind.BROKER_ERRORS,
          Kind.FAIL_OVER,
          Kind.STORM,
          Kind.CRASH);

  private static final List<Kind> STORMY =
      List.of(Kind.STORM, Kind.STORM, Kind.STORM, Kind.CRASH, Kind.NO_WAY);

  /** Everything that goes wrong in a run, drawn before it begins. */
  static List<Fault> schedule(Chance chance, Mode mode, int count) {
    List<Fault> schedule = new ArrayList<>();
    List<Kind> kinds = mode == Mode.STORM ? STORMY : UNIFORM;
    int gap = mode == Mode.STORM ? 3_000 : 500;
    long at = 0;
    for (int i = 0; mode != Mode.CALM && i < count; i++) {
      at += 50 + chance.nextInt(gap);
      Kind kind = kinds.get(chance.nextInt(kinds.size()));
      schedule.add(new Fault(at, kind, chance.nextInt(1 << 16), 50 + chance.nextInt(1_500)));
    }
    return schedule;
  }
}
