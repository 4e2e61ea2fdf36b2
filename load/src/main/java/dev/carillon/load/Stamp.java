package dev.carillon.load;

import java.nio.ByteBuffer;

/**
 * What a message's data begins with, in ASCII, so that it passes through every protocol as text:
 * {@code @}, the source in 5 hexadecimal digits, its sequence in 10, and the time at which it was
 * to be sent in 16.
 */
final class Stamp {
  static final int BYTES = 32;

  private static final int SOURCE = 1;
  private static final int SEQUENCE = 6;
  private static final int TIME = 16;
  private static final byte[] DIGITS =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private Stamp() {}

  static void write(byte[] to, int source, long sequence, long nanos) {
    to[0] = '@';
    hex(to, SOURCE, SEQUENCE, source);
    hex(to, SEQUENCE, TIME, sequence);
    hex(to, TIME, BYTES, nanos);
  }

  private static void hex(byte[] to, int from, int end, long value) {
    long rest = value;
    for (int i = end - 1; i >= from; i--) {
      to[i] = DIGITS[(int) rest & 15];
      rest >>>= 4;
    }
  }

  /** Where one begins, at or behind {@code from}; or {@code end}. */
  static int find(ByteBuffer in, int from, int end) {
    int at = from;
    while (at < end && in.get(at) != '@') {
      at++;
    }
    return at;
  }

  static int source(ByteBuffer in, int at) {
    return (int) number(in, at + SOURCE, at + SEQUENCE);
  }

  static long sequence(ByteBuffer in, int at) {
    return number(in, at + SEQUENCE, at + TIME);
  }

  static long nanos(ByteBuffer in, int at) {
    return number(in, at + TIME, at + BYTES);
  }

  private static long number(ByteBuffer in, int from, int end) {
    long value = 0;
    for (int i = from; i < end; i++) {
      int digit = in.get(i);
      value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return value;
  }
}
