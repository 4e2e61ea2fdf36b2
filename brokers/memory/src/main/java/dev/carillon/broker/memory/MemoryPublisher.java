package dev.carillon.broker.memory;

import java.util.Arrays;

/** What a room remembers of one publisher: its last sequence, and where the latest ones stand. */
final class MemoryPublisher {
  /** For how many sequences the position can be given again. */
  static final int WINDOW = 64;

  private final long incarnation;
  // Many publish one message and are not heard of again.
  private long[] sequences = new long[1];
  private long[] offsets = new long[1];
  private long lastSequence;
  private int count;

  MemoryPublisher(long incarnation) {
    this.incarnation = incarnation;
  }

  long incarnation() {
    return incarnation;
  }

  long lastSequence() {
    return lastSequence;
  }

  void remember(long sequence, long offset) {
    int slot = count++ & WINDOW - 1;
    if (slot == sequences.length) {
      sequences = Arrays.copyOf(sequences, slot * 2);
      offsets = Arrays.copyOf(offsets, slot * 2);
    }
    sequences[slot] = sequence;
    offsets[slot] = offset;
    lastSequence = sequence;
  }

  /** Where a sequence stands, or 0 if it is not remembered. */
  long offsetOf(long sequence) {
    for (int i = 0; i < sequences.length; i++) {
      if (sequences[i] == sequence && offsets[i] != 0) {
        return offsets[i];
      }
    }
    return 0;
  }
}
