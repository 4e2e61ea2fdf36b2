package dev.carillon.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** UTF-8, strictly: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** The index of the first byte that is not valid UTF-8, or {@code to} if all is. */
  static int firstBad(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      // Envelopes are nearly always ASCII, and a scan of eight at a time is lost in the noise.
      while (at + 8 <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
        at += 8;
      }
      while (at < to && bytes[at] >= 0) {
        at++;
      }
      if (at < to) {
        int length = sequence(bytes, at, to);
        if (length == 0) {
          return at;
        }
        at += length;
      }
    }
    return to;
  }

  /** Unicode 3.9, table 3-7: the length of the sequence that starts here, or 0. */
  private static int sequence(byte[] b, int at, int to) {
    int first = b[at] & 0xff;
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    }
    int length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (to - at < length) {
      return 0;
    }
    int second = b[at + 1] & 0xff;
    int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((b[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /**
   * Writes a string; half a surrogate pair becomes a question mark, as in {@link String#getBytes}.
   */
  static void write(String s, ByteSink to) {
    to.reserve(Math.multiplyExact(s.length(), 3));
    to.advance(encode(s, to.array(), to.size()));
  }

  private static int encode(String s, byte[] to, int start) {
    int at = start;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c < 0x80) {
        to[at++] = (byte) c;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < s.length()
          && Character.isLowSurrogate(s.charAt(i + 1))) {
        at = put(Character.toCodePoint(c, s.charAt(++i)), to, at);
      } else {
        at = put(Character.isSurrogate(c) ? '?' : c, to, at);
      }
    }
    return at - start;
  }

  /** Writes one character and returns the index behind it. */
  static int put(int c, byte[] to, int start) {
    int at = start;
    if (c < 0x80) {
      to[at++] = (byte) c;
    } else if (c < 0x800) {
      to[at++] = (byte) (0xc0 | c >> 6);
      to[at++] = (byte) (0x80 | c & 0x3f);
    } else if (c < 0x10000) {
      to[at++] = (byte) (0xe0 | c >> 12);
      to[at++] = (byte) (0x80 | c >> 6 & 0x3f);
      to[at++] = (byte) (0x80 | c & 0x3f);
    } else {
      to[at++] = (byte) (0xf0 | c >> 18);
      to[at++] = (byte) (0x80 | c >> 12 & 0x3f);
      to[at++] = (byte) (0x80 | c >> 6 & 0x3f);
      to[at++] = (byte) (0x80 | c & 0x3f);
    }
    return at;
  }
}
