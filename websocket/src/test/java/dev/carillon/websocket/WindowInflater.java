package dev.carillon.websocket;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * An inflater (RFC 1951) that really has no more than a window of 2^bits bytes: a reference to
 * anything older fails, also within a message. Reads one message at a time, tokens one by one, and
 * remembers the largest distance.
 */
final class WindowInflater {
  private static final int[] LENGTH_BASE = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258
  };
  private static final int[] LENGTH_EXTRA = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
  };
  private static final int[] DISTANCE_BASE = {
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577
  };
  private static final int[] ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private final int window;
  private final boolean takeover;
  private byte[] history = {};
  private byte[] in = {};
  private int bit;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private byte[] seen = new byte[1024];
  private int seenLength;
  int largestDistance;

  WindowInflater(int windowBits, boolean takeover) {
    this.window = 1 << windowBits;
    this.takeover = takeover;
  }

  /** Inflates one message without its trailer. */
  byte[] message(byte[] payload) {
    in = Arrays.copyOf(payload, payload.length + 4);
    in[payload.length + 2] = -1;
    in[payload.length + 3] = -1;
    bit = 0;
    out = new ByteArrayOutputStream();
    seen = Arrays.copyOf(history, Math.max(1024, history.length));
    seenLength = history.length;
    while (bit + 8 <= in.length * 8) {
      if (bits(1) == 1) {
        throw new AssertionError("a final block");
      }
      block(bits(2));
    }
    if (takeover) {
      history = Arrays.copyOfRange(seen, Math.max(0, seenLength - window), seenLength);
    }
    return out.toByteArray();
  }

  private void block(int type) {
    switch (type) {
      case 0 -> stored();
      case 1 -> {
        var lengths = new int[288];
        Arrays.fill(lengths, 0, 144, 8);
        Arrays.fill(lengths, 144, 256, 9);
        Arrays.fill(lengths, 256, 280, 7);
        Arrays.fill(lengths, 280, 288, 8);
        var distances = new int[30];
        Arrays.fill(distances, 5);
        codes(new Code(lengths), new Code(distances));
      }
      case 2 -> dynamic();
      default -> throw new AssertionError("block type 3");
    }
  }

  private void stored() {
    bit = (bit + 7) & ~7;
    int length = bits(16);
    if ((length ^ bits(16)) != 0xffff) {
      throw new AssertionError("stored length");
    }
    for (int i = 0; i < length; i++) {
      put((byte) bits(8));
    }
  }

  private void dynamic() {
    int literals = bits(5) + 257;
    int distances = bits(5) + 1;
    int meta = bits(4) + 4;
    var lengths = new int[19];
    for (int i = 0; i < meta; i++) {
      lengths[ORDER[i]] = bits(3);
    }
    var code = new Code(lengths);
    var all = new int[literals + distances];
    for (int i = 0; i < all.length; ) {
      int symbol = symbol(code);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      int value = symbol == 16 ? all[i - 1] : 0;
      int times = symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
      while (times-- > 0) {
        all[i++] = value;
      }
    }
    codes(
        new Code(Arrays.copyOf(all, literals)),
        new Code(Arrays.copyOfRange(all, literals, all.length)));
  }

  private void codes(Code literals, Code distances) {
    while (true) {
      int symbol = symbol(literals);
      if (symbol < 256) {
        put((byte) symbol);
      } else if (symbol == 256) {
        return;
      } else {
        int length = LENGTH_BASE[symbol - 257] + bits(LENGTH_EXTRA[symbol - 257]);
        int code = symbol(distances);
        int distance = DISTANCE_BASE[code] + bits(code < 4 ? 0 : code / 2 - 1);
        largestDistance = Math.max(largestDistance, distance);
        if (distance > window || distance > seenLength) {
          throw new AssertionError(
              "distance " + distance + ", window " + window + ", seen " + seenLength);
        }
        for (int i = 0; i < length; i++) {
          put(seen[seenLength - distance]);
        }
      }
    }
  }

  private void put(byte value) {
    out.write(value);
    if (seenLength == seen.length) {
      seen = Arrays.copyOf(seen, seenLength * 2);
    }
    seen[seenLength++] = value;
  }

  private int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value |= (in[bit >> 3] >> (bit & 7) & 1) << i;
      bit++;
    }
    return value;
  }

  private int symbol(Code code) {
    int value = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; length < 16; length++) {
      value |= bits(1);
      int count = code.counts[length];
      if (value - first < count) {
        return code.symbols[index + value - first];
      }
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new AssertionError("no such code");
  }

  /** A canonical Huffman code. */
  private static final class Code {
    final int[] counts = new int[16];
    final int[] symbols;

    Code(int[] lengths) {
      symbols = new int[lengths.length];
      for (int length : lengths) {
        counts[length]++;
      }
      counts[0] = 0;
      var offsets = new int[16];
      for (int i = 1; i < 15; i++) {
        offsets[i + 1] = offsets[i] + counts[i];
      }
      for (int symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] != 0) {
          symbols[offsets[lengths[symbol]]++] = symbol;
        }
      }
    }
  }
}
