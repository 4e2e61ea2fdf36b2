package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A fixed set of short names, found by their bytes without making a string. Safe for many threads.
 */
final class NameTable {
  private static final int LONGEST = 32;

  private final byte[][] names;
  private final short[] slots;

  NameTable(List<String> list) {
    names = list.stream().map(n -> n.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
    slots = new short[Integer.highestOneBit(Math.max(2, names.length * 4))];
    Arrays.fill(slots, (short) -1);
    for (short i = 0; i < names.length; i++) {
      int slot = hash(names[i], 0, names[i].length);
      while (slots[slot] >= 0) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = i;
    }
  }

  /** The index of the name that these bytes are, or -1. */
  int find(byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return -1;
    }
    int slot = hash(bytes, from, to);
    for (int index = slots[slot]; index >= 0; index = slots[slot]) {
      byte[] name = names[index];
      if (Arrays.equals(name, 0, name.length, bytes, from, to)) {
        return index;
      }
      slot = slot + 1 & slots.length - 1;
    }
    return -1;
  }

  private int hash(byte[] bytes, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + bytes[i];
    }
    return (hash ^ hash >>> 7) & slots.length - 1;
  }
}
