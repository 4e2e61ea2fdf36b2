package dev.carillon.wire;

import java.nio.charset.StandardCharsets;

/**
 * What writing MessagePack and CBOR has in common: a map begins with its count, which is known only
 * at its end. One byte is left for it, which is enough for nearly all; where it is not, what
 * follows is moved up once.
 */
abstract sealed class BinaryEmitter extends Emitter permits MsgpackEmitter, CborEmitter {
  private static final int DEEPEST = 16;

  private final byte[][] names;
  private final int[] begins = new int[DEEPEST];
  private final int[] counts = new int[DEEPEST];
  private int depth;

  BinaryEmitter() {
    Key[] keys = Key.values();
    names = new byte[keys.length][];
    out = new ByteSink(32);
    for (Key key : keys) {
      out.clear();
      stringHead(key.bytes().length);
      out.put(key.bytes());
      names[key.ordinal()] = out.toByteArray();
    }
  }

  abstract void stringHead(int length);

  abstract void bytesHead(int length);

  /** How many bytes the head of a map with so many fields takes. */
  abstract int mapHeadSize(int fields);

  /** Writes the head of a map over the bytes at an index. */
  abstract void mapHead(byte[] bytes, int index, int fields);

  @Override
  final void open() {
    begins[depth] = out.size();
    counts[depth++] = 0;
    out.put(0);
  }

  @Override
  final void close() {
    int begin = begins[--depth];
    int count = counts[depth];
    int size = mapHeadSize(count);
    if (size > 1) {
      out.open(begin + 1, size - 1);
    }
    mapHead(out.array(), begin, count);
  }

  @Override
  final void closeList() {}

  @Override
  final void item() {}

  @Override
  final void name(Key key) {
    counts[depth - 1]++;
    out.put(names[key.ordinal()]);
  }

  @Override
  final void name(String name) {
    counts[depth - 1]++;
    string(name);
  }

  @Override
  final void string(String value) {
    int length = value.length();
    if (ascii(value)) {
      stringHead(length);
      Utf8.write(value, out);
    } else {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      stringHead(utf8.length);
      out.put(utf8);
    }
  }

  private static boolean ascii(String s) {
    for (int i = 0; i < s.length(); i++) {
      if (s.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  @Override
  final void data(Payload payload) {
    byte[] bytes = payload.bytes();
    switch (payload.type()) {
      case JSON, TEXT -> stringHead(bytes.length);
      case BINARY -> bytesHead(bytes.length);
    }
    out.put(bytes);
  }

  /** Writes the lowest bytes of a number, the highest of them first. */
  final void bigEndian(long value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
      out.put((int) (value >>> shift));
    }
  }

  static void bigEndian(byte[] to, int index, int value, int size) {
    for (int i = 0; i < size; i++) {
      to[index + i] = (byte) (value >>> 8 * (size - 1 - i));
    }
  }
}
