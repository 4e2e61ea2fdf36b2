package dev.carillon.websocket.bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Masking (RFC 6455 5.3), in place. Safe for use by many threads. */
public final class Mask {
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Mask() {}

  /**
   * Applies a key to a range.
   *
   * @param buffer any byte order
   * @param from index of the first byte
   * @param length bytes
   * @param key its first byte, for the first byte of the range, is the most significant
   * @return whether all bytes are ASCII afterwards, which comes for free here and spares most text
   *     its validation
   */
  public static boolean apply(ByteBuffer buffer, int from, int length, int key) {
    long wide = (key & 0xffffffffL) * 0x1_0000_0001L;
    if (buffer.order() == ByteOrder.LITTLE_ENDIAN) {
      wide = Long.reverseBytes(wide);
    }
    long any = 0;
    int at = from;
    // Four longs a turn take half the time of one on 1 KiB.
    for (int end = from + (length & ~31); at < end; at += 32) {
      long a = buffer.getLong(at) ^ wide;
      long b = buffer.getLong(at + 8) ^ wide;
      long c = buffer.getLong(at + 16) ^ wide;
      long d = buffer.getLong(at + 24) ^ wide;
      buffer.putLong(at, a);
      buffer.putLong(at + 8, b);
      buffer.putLong(at + 16, c);
      buffer.putLong(at + 24, d);
      any |= a | b | c | d;
    }
    for (int end = from + (length & ~7); at < end; at += 8) {
      long a = buffer.getLong(at) ^ wide;
      buffer.putLong(at, a);
      any |= a;
    }
    int rest = key;
    for (int end = from + length; at < end; at++) {
      rest = Integer.rotateLeft(rest, 8);
      byte a = (byte) (buffer.get(at) ^ rest);
      buffer.put(at, a);
      any |= a;
    }
    return (any & HIGH_BITS) == 0;
  }

  /** The key as it applies behind this many bytes. */
  public static int advance(int key, int bytes) {
    return Integer.rotateLeft(key, (bytes & 3) << 3);
  }
}
