package dev.carillon.transport;

/**
 * How event loops are made.
 *
 * @param threads how many there are, 1 to 1024
 * @param nativeSockets whether epoll is used where it is there; else the JDK's selectors
 * @param compressionLevel 1 (fast) to 9 (small)
 */
public record LoopOptions(int threads, boolean nativeSockets, int compressionLevel) {
  /** A loop a core, epoll, level 6. */
  public static final LoopOptions DEFAULT =
      new LoopOptions(Runtime.getRuntime().availableProcessors(), true, 6);

  /** Checks the ranges. */
  public LoopOptions {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads is " + threads + ", must be 1 to 1024");
    }
    if (compressionLevel < 1 || compressionLevel > 9) {
      throw new IllegalArgumentException(
          "compressionLevel is " + compressionLevel + ", must be 1 to 9");
    }
  }

  /** The same with another number of loops. */
  public LoopOptions withThreads(int other) {
    return new LoopOptions(other, nativeSockets, compressionLevel);
  }

  /** The same with or without epoll. */
  public LoopOptions withNativeSockets(boolean other) {
    return new LoopOptions(threads, other, compressionLevel);
  }
}
