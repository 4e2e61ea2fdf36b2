package dev.carillon.websocket;

/**
 * How a connection compresses within what was agreed. Immutable.
 *
 * @param thresholdBytes messages shorter than this are sent uncompressed
 * @param ownStreams whether a connection whose window is 32 KiB keeps a deflater and an inflater of
 *     its own (about 300 KB of native memory, a seventh of the CPU time); otherwise, and for
 *     smaller windows always, those of its {@link Compressors} are used
 */
public record DeflatePolicy(int thresholdBytes, boolean ownStreams) {
  /** From 64 bytes on, with shared streams. */
  public static final DeflatePolicy DEFAULT = new DeflatePolicy(64, false);

  /** Checks the range. */
  public DeflatePolicy {
    if (thresholdBytes < 0) {
      throw new IllegalArgumentException(
          "thresholdBytes is " + thresholdBytes + ", must not be negative");
    }
  }
}
