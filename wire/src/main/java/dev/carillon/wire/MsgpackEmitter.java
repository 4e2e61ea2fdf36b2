package dev.carillon.wire;

/** Writes MessagePack, always in the shortest form. */
final class MsgpackEmitter extends BinaryEmitter {
  @Override
  void stringHead(int length) {
    if (length < 32) {
      out.put(0xa0 | length);
    } else {
      head(0xd9, length);
    }
  }

  @Override
  void bytesHead(int length) {
    head(0xc4, length);
  }

  /** A head with a length of 1, 2 or 4 bytes. */
  private void head(int smallest, int length) {
    if (length < 0x100) {
      out.put(smallest);
      out.put(length);
    } else if (length < 0x10000) {
      out.put(smallest + 1);
      bigEndian(length, 2);
    } else {
      out.put(smallest + 2);
      bigEndian(length, 4);
    }
  }

  @Override
  void openList(int size) {
    if (size < 16) {
      out.put(0x90 | size);
    } else if (size < 0x10000) {
      out.put(0xdc);
      bigEndian(size, 2);
    } else {
      out.put(0xdd);
      bigEndian(size, 4);
    }
  }

  @Override
  int mapHeadSize(int fields) {
    return fields < 16 ? 1 : fields < 0x10000 ? 3 : 5;
  }

  @Override
  void mapHead(byte[] bytes, int index, int fields) {
    int size = mapHeadSize(fields);
    bytes[index] = (byte) (size == 1 ? 0x80 | fields : size == 3 ? 0xde : 0xdf);
    bigEndian(bytes, index + 1, fields, size - 1);
  }

  @Override
  void number(long value) {
    if (value < 0) {
      out.put(0xd3);
      bigEndian(value, 8);
    } else if (value < 0x80) {
      out.put((int) value);
    } else {
      int power = value < 0x100 ? 0 : value < 0x10000 ? 1 : value < 0x100000000L ? 2 : 3;
      out.put(0xcc + power);
      bigEndian(value, 1 << power);
    }
  }

  @Override
  void flag(boolean value) {
    out.put(value ? 0xc3 : 0xc2);
  }
}
