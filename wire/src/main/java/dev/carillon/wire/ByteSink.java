package dev.carillon.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes that grow at the end; what codecs write to. Made to be used again: {@link #clear()} keeps
 * the memory. Confined to one thread.
 */
public final class ByteSink {
  private static final int MAX_SIZE = Integer.MAX_VALUE - 8;

  private byte[] bytes;
  private int size;

  /**
   * An empty sink.
   *
   * @param capacity bytes that fit before it grows
   */
  public ByteSink(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  /** How many bytes were written. */
  public int size() {
    return size;
  }

  /** The bytes, of which the first {@link #size()} count. Valid until the next write. */
  public byte[] array() {
    return bytes;
  }

  /** A view of what was written. Valid until the next write. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  /** A copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Forgets what was written, and keeps the memory. */
  public void clear() {
    size = 0;
  }

  /**
   * Forgets what was written from an index on.
   *
   * @throws IndexOutOfBoundsException if the index is behind the end
   */
  public void truncate(int newSize) {
    if (newSize < 0 || newSize > size) {
      throw new IndexOutOfBoundsException("size is " + size + ", asked for " + newSize);
    }
    size = newSize;
  }

  /** Writes one byte, the lowest eight bits. */
  public void put(int b) {
    if (size == bytes.length) {
      reserve(1);
    }
    bytes[size++] = (byte) b;
  }

  /** Writes a whole array. */
  public void put(byte[] source) {
    put(source, 0, source.length);
  }

  /** Writes a part of an array. */
  public void put(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** Makes room, so that {@code more} bytes can be written through {@link #array()}. */
  void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, MAX_SIZE);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
  }

  /** Says that {@code count} bytes were written through {@link #array()}. */
  void advance(int count) {
    size += count;
  }

  /** Makes a hole of {@code count} bytes before what was written from {@code index} on. */
  void open(int index, int count) {
    reserve(count);
    System.arraycopy(bytes, index, bytes, index + count, size - index);
    size += count;
  }
}
