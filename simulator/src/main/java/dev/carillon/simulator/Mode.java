package dev.carillon.simulator;

/** What kind of faults a run has. */
public enum Mode {
  /** Faults of every kind, all the time; nothing has to settle, nothing may be broken. */
  SAFETY,
  /** The same, and then none: within bounded time everything must be live, drained and settled. */
  LIVENESS,
  /** All connections drop at once, several times, and so does the node; then all must settle. */
  STORM,
  /** No faults: every message reaches every reader, and nobody is told of a loss. */
  CALM;

  /** The mode that a seed gets when none is asked for: all four in turn. */
  public static Mode of(long seed) {
    return values()[(int) Math.floorMod(seed, (long) values().length)];
  }
}
