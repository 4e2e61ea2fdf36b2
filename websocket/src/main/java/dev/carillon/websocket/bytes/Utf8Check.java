package dev.carillon.websocket.bytes;

import java.nio.ByteBuffer;

/**
 * Validation of UTF-8 (RFC 3629) in pieces cut anywhere, that fails at the first byte which no
 * valid text can have there. Its state is one int, kept by the caller. Safe for use by many
 * threads.
 *
 * <p>A state says what the next byte must be: {@link #DONE} the start of a character, 1 to 3 that
 * many continuation bytes, the others a continuation byte of a narrower range, which excludes
 * overlong forms, surrogates and what lies above U+10FFFF.
 */
public final class Utf8Check {
  /** Between two characters: text may end here. */
  public static final int DONE = 0;

  /** Not UTF-8, whatever follows. */
  public static final int INVALID = 8;

  private static final int AFTER_E0 = 4;
  private static final int AFTER_ED = 5;
  private static final int AFTER_F0 = 6;
  private static final int AFTER_F4 = 7;

  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8Check() {}

  /** The state after a range of bytes. */
  public static int after(int state, ByteBuffer bytes, int from, int length) {
    int at = from;
    int end = from + length;
    int now = state;
    while (at < end) {
      if (now == DONE) {
        at = skipAscii(bytes, at, end);
        if (at == end) {
          return DONE;
        }
      }
      now = step(now, bytes.get(at) & 0xff);
      if (now == INVALID) {
        return INVALID;
      }
      at++;
    }
    return now;
  }

  /** Index of the first byte that is not ASCII, looked for 8 bytes at a time. */
  private static int skipAscii(ByteBuffer bytes, int from, int end) {
    int at = from;
    while (at + 32 <= end
        && ((bytes.getLong(at)
                    | bytes.getLong(at + 8)
                    | bytes.getLong(at + 16)
                    | bytes.getLong(at + 24))
                & HIGH_BITS)
            == 0) {
      at += 32;
    }
    while (at + 8 <= end && (bytes.getLong(at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < end && bytes.get(at) >= 0) {
      at++;
    }
    return at;
  }

  private static int step(int state, int octet) {
    return switch (state) {
      case DONE -> start(octet);
      case AFTER_E0 -> octet >= 0xa0 && octet <= 0xbf ? 1 : INVALID;
      case AFTER_ED -> octet >= 0x80 && octet <= 0x9f ? 1 : INVALID;
      case AFTER_F0 -> octet >= 0x90 && octet <= 0xbf ? 2 : INVALID;
      case AFTER_F4 -> octet >= 0x80 && octet <= 0x8f ? 2 : INVALID;
      default -> (octet & 0xc0) == 0x80 ? state - 1 : INVALID;
    };
  }

  private static int start(int octet) {
    if (octet < 0x80) {
      return DONE;
    }
    if (octet < 0xc2 || octet > 0xf4) {
      return INVALID;
    }
    if (octet < 0xe0) {
      return 1;
    }
    if (octet < 0xf0) {
      return octet == 0xe0 ? AFTER_E0 : octet == 0xed ? AFTER_ED : 2;
    }
    return octet == 0xf0 ? AFTER_F0 : octet == 0xf4 ? AFTER_F4 : 3;
  }
}
