package dev.carillon.broker.sqlite;

import java.util.Arrays;

/**
 * What a room remembers of one publisher: its last sequence, and where the latest ones stand.
 * Confined to the writer.
 */
final class Publisher {
  /** For how many sequences the position can be given again. */
  static final int WINDOW = 64;

  private final long incarnation;
  private final long[] sequences = new long[WINDOW];
  private final long[] offsets = new long[WINDOW];
  private long lastSequence;
  private int count;

  Publisher(long incarnation) {
    this.incarnation = incarnation;
  }

  /** What {@link #results()} wrote. */
  static Publisher of(long incarnation, byte[] results) {
    Publisher publisher = new Publisher(incarnation);
    int[] at = {0};
    long sequence = 0;
    long offset = 0;
    while (at[0] < results.length) {
      sequence += number(results, at);
      offset += number(results, at);
      publisher.remember(sequence, offset);
    }
    return publisher;
  }

  long incarnation() {
    return incarnation;
  }

  long lastSequence() {
    return lastSequence;
  }

  void remember(long sequence, long offset) {
    int slot = count++ % WINDOW;
    sequences[slot] = sequence;
    offsets[slot] = offset;
    lastSequence = sequence;
  }

  /** Where a sequence stands, or 0 if it is not remembered. */
  long offsetOf(long sequence) {
    for (int i = 0; i < Math.min(count, WINDOW); i++) {
      if (sequences[i] == sequence) {
        return offsets[i];
      }
    }
    return 0;
  }

  /** The window, oldest first: of each sequence and offset what it is more than the one before. */
  byte[] results() {
    byte[] bytes = new byte[WINDOW * 20];
    int length = 0;
    long sequence = 0;
    long offset = 0;
    for (int i = Math.max(0, count - WINDOW); i < count; i++) {
      int slot = i % WINDOW;
      length = write(bytes, length, sequences[slot] - sequence);
      length = write(bytes, length, offsets[slot] - offset);
      sequence = sequences[slot];
      offset = offsets[slot];
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int write(byte[] bytes, int at, long number) {
    int end = at;
    long rest = number;
    while (rest > 0x7f) {
      bytes[end++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
    return end;
  }

  private static long number(byte[] bytes, int[] at) {
    long number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at[0] == bytes.length) {
        throw new IllegalArgumentException("a publisher's results end in mid-number");
      }
      byte next = bytes[at[0]++];
      number |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a publisher's results hold a number of more than 64 bits");
  }
}
