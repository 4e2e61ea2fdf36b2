package dev.carillon.testkit;

/**
 * What a {@link FaultProxy} does to the connections that pass through it. Immutable.
 *
 * @param seed every choice is drawn from this and the connection's number
 * @param cuts how many connections are cut; those after them pass
 * @param cutAfterLeast a connection is cut after at least so many bytes, both ways together
 * @param cutAfterMost and at most so many
 * @param resetPerMille how many of a thousand cuts are a reset instead of an end
 * @param delayMillis how long bytes are held back
 * @param jitterMillis by how much longer, at most
 * @param pieceBytes bytes go on in pieces of 1 to this many; 0 for as they come
 * @param stallPerMille how many of a thousand pieces are followed by a stall, in their direction
 *     alone
 * @param stallMillis how long a stall is
 */
public record Faults(
    long seed,
    int cuts,
    int cutAfterLeast,
    int cutAfterMost,
    int resetPerMille,
    int delayMillis,
    int jitterMillis,
    int pieceBytes,
    int stallPerMille,
    int stallMillis) {
  /** Checks the ranges. */
  public Faults {
    if (cutAfterLeast < 0 || cutAfterMost <= cutAfterLeast) {
      throw new IllegalArgumentException(
          "cuts come after " + cutAfterLeast + " to " + cutAfterMost + " bytes, must rise");
    }
    if (cuts < 0 || delayMillis < 0 || jitterMillis < 0 || pieceBytes < 0 || stallMillis < 0) {
      throw new IllegalArgumentException("no count and no time may be negative");
    }
    perMille("resetPerMille", resetPerMille);
    perMille("stallPerMille", stallPerMille);
  }

  private static void perMille(String name, int value) {
    if (value < 0 || value > 1000) {
      throw new IllegalArgumentException(name + " is " + value + ", must be from 0 to 1000");
    }
  }

  /** Passes everything on as it comes. */
  public static Faults none(long seed) {
    return new Faults(seed, 0, 100, 6_000, 500, 0, 0, 0, 0, 0);
  }

  /** The same, cutting so many connections after 100 to 6,000 bytes, half of them by a reset. */
  public Faults withCuts(int count) {
    return withCuts(count, cutAfterLeast, cutAfterMost);
  }

  /** The same, cutting so many connections somewhere within a range of bytes. */
  public Faults withCuts(int count, int least, int most) {
    return new Faults(
        seed,
        count,
        least,
        most,
        resetPerMille,
        delayMillis,
        jitterMillis,
        pieceBytes,
        stallPerMille,
        stallMillis);
  }

  /** The same with a delay. */
  public Faults withDelay(int millis, int jitter) {
    return new Faults(
        seed,
        cuts,
        cutAfterLeast,
        cutAfterMost,
        resetPerMille,
        millis,
        jitter,
        pieceBytes,
        stallPerMille,
        stallMillis);
  }

  /** The same in small pieces. */
  public Faults withPieces(int bytes) {
    return new Faults(
        seed,
        cuts,
        cutAfterLeast,
        cutAfterMost,
        resetPerMille,
        delayMillis,
        jitterMillis,
        bytes,
        stallPerMille,
        stallMillis);
  }

  /** The same with stalls. */
  public Faults withStalls(int perMille, int millis) {
    return new Faults(
        seed,
        cuts,
        cutAfterLeast,
        cutAfterMost,
        resetPerMille,
        delayMillis,
        jitterMillis,
        pieceBytes,
        perMille,
        millis);
  }
}
