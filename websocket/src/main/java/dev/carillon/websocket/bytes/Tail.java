package dev.carillon.websocket.bytes;

import java.nio.ByteBuffer;

/**
 * The last 2^w bytes of plaintext that went one way: all the state that a compressor with a window
 * of w bits has between messages. Takes memory only as it fills. Confined to its connection.
 */
public final class Tail {
  private static final byte[] EMPTY = {};
  private static final int SMALLEST = 256;

  private final int capacity;
  private byte[] bytes = EMPTY;
  private int length;

  /** Makes an empty one for a window of 2^windowBits bytes. */
  public Tail(int windowBits) {
    capacity = 1 << windowBits;
  }

  /** The bytes, from 0 to {@link #length()}. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many there are, at most the window. */
  public int length() {
    return length;
  }

  /** Adds plaintext at the end and forgets as much at the start. */
  public void append(ByteBuffer from, int offset, int count) {
    int taken = Math.min(count, capacity);
    int kept = Math.min(length, capacity - taken);
    if (kept + taken > bytes.length) {
      int size = Math.min(capacity, Math.max(SMALLEST, Math.max(kept + taken, bytes.length * 2)));
      var larger = new byte[size];
      System.arraycopy(bytes, length - kept, larger, 0, kept);
      bytes = larger;
    } else if (kept < length) {
      System.arraycopy(bytes, length - kept, bytes, 0, kept);
    }
    from.get(offset + count - taken, bytes, kept, taken);
    length = kept + taken;
  }

  /** Forgets everything and gives the memory back. */
  public void clear() {
    bytes = EMPTY;
    length = 0;
  }
}
