package dev.carillon.core.spi;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A growing run of bytes to encode into, reused from message to message. Confined to one shard.
 * Holds at most {@code Integer.MAX_VALUE - 8} bytes; messages are limited long before.
 */
public final class Bytes {
  private byte[] array;
  private int size;

  /** An empty run with room for {@code capacity} bytes before it grows. */
  public Bytes(int capacity) {
    array = new byte[capacity];
  }

  /** Forgets the content, and the memory too where it has grown beyond {@code keep} bytes. */
  public void clear(int keep) {
    size = 0;
    if (array.length > keep) {
      array = new byte[keep];
    }
  }

  /** How many bytes have been written. */
  public int size() {
    return size;
  }

  /** The array behind, valid until the next write; the content stands at 0 to {@link #size()}. */
  public byte[] array() {
    return array;
  }

  /** Appends one byte. */
  public void put(int b) {
    ensure(1);
    array[size++] = (byte) b;
  }

  /** Appends a whole array. */
  public void put(byte[] bytes) {
    put(bytes, 0, bytes.length);
  }

  /** Appends a part of an array. */
  public void put(byte[] bytes, int from, int length) {
    ensure(length);
    System.arraycopy(bytes, from, array, size, length);
    size += length;
  }

  /** Appends a string of characters below U+0080. */
  @SuppressWarnings(
      "deprecation") // getBytes(int, int, byte[], int) copies Latin-1 without a detour
  public void ascii(String text) {
    ensure(text.length());
    text.getBytes(0, text.length(), array, size);
    size += text.length();
  }

  /** Appends a number in decimal digits. */
  public void decimal(long number) {
    if (number < 0 || number > 9) {
      ascii(Long.toString(number));
    } else {
      put('0' + (int) number);
    }
  }

  /** A view of the content, valid until the next write. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(array, 0, size);
  }

  private void ensure(int more) {
    if (array.length - size < more) {
      long wanted = Math.max((long) size + more, array.length * 2L);
      array = Arrays.copyOf(array, (int) Math.min(wanted, Integer.MAX_VALUE - 8L));
    }
  }
}
