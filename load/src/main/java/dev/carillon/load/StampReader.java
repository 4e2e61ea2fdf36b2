package dev.carillon.load;

import java.nio.ByteBuffer;

/**
 * Reads stamps. One that all of a room get is put together from its digits once: who gets the same
 * bytes again is told what they said. Confined to the run's thread.
 */
final class StampReader {
  private static final int KEPT_BITS = 8;
  private static final long MIX = 0x9e3779b97f4a7c15L;

  private final long[] bytes = new long[4 << KEPT_BITS];
  private final int[] sources = new int[1 << KEPT_BITS];
  private final long[] sequences = new long[1 << KEPT_BITS];
  private final long[] times = new long[1 << KEPT_BITS];
  private int slot;

  /** Reads the stamp that stands at {@code at}; what it says is asked for next. */
  void read(ByteBuffer in, int at) {
    long first = in.getLong(at);
    long second = in.getLong(at + 8);
    long third = in.getLong(at + 16);
    long fourth = in.getLong(at + 24);
    slot = (int) ((first * MIX ^ second) * MIX >>> Long.SIZE - KEPT_BITS);
    int kept = slot * 4;
    if (bytes[kept] != first
        || bytes[kept + 1] != second
        || bytes[kept + 2] != third
        || bytes[kept + 3] != fourth) {
      bytes[kept] = first;
      bytes[kept + 1] = second;
      bytes[kept + 2] = third;
      bytes[kept + 3] = fourth;
      sources[slot] = Stamp.source(in, at);
      sequences[slot] = Stamp.sequence(in, at);
      times[slot] = Stamp.nanos(in, at);
    }
  }

  int source() {
    return sources[slot];
  }

  long sequence() {
    return sequences[slot];
  }

  long nanos() {
    return times[slot];
  }
}
