package dev.carillon.wire;

/** Writes CBOR, always in the shortest form and with definite lengths. */
final class CborEmitter extends BinaryEmitter {
  @Override
  void stringHead(int length) {
    head(3, length);
  }

  @Override
  void bytesHead(int length) {
    head(2, length);
  }

  @Override
  void openList(int size) {
    head(4, size);
  }

  @Override
  int mapHeadSize(int fields) {
    return fields < 24 ? 1 : fields < 0x100 ? 2 : fields < 0x10000 ? 3 : 5;
  }

  @Override
  void mapHead(byte[] bytes, int index, int fields) {
    int size = mapHeadSize(fields);
    int low = size == 1 ? fields : size == 2 ? 24 : size == 3 ? 25 : 26;
    bytes[index] = (byte) (5 << 5 | low);
    bigEndian(bytes, index + 1, fields, size - 1);
  }

  @Override
  void number(long value) {
    if (value < 0) {
      head(1, ~value);
    } else {
      head(0, value);
    }
  }

  @Override
  void flag(boolean value) {
    out.put(value ? 0xf5 : 0xf4);
  }

  private void head(int major, long argument) {
    if (argument < 24) {
      out.put(major << 5 | (int) argument);
      return;
    }
    int power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000L ? 2 : 3;
    out.put(major << 5 | 24 + power);
    bigEndian(argument, 1 << power);
  }
}
