package dev.carillon.wire;

/**
 * Reads MessagePack. Extension types are no field of ours, and are passed over where they stand.
 */
final class MsgpackSource extends BinarySource {
  MsgpackSource(int maxDepth) {
    super(maxDepth);
  }

  @Override
  void head() {
    start = at;
    int b = next();
    if (b < 0x80) {
      integer(b);
    } else if (b < 0x90) {
      container(Kind.OBJECT, b & 0x0f);
    } else if (b < 0xa0) {
      container(Kind.ARRAY, b & 0x0f);
    } else if (b < 0xc0) {
      content(Kind.STRING, b & 0x1f);
    } else if (b >= 0xe0) {
      integer((byte) b);
    } else {
      marked(b);
    }
  }

  private void marked(int b) {
    switch (b) {
      case 0xc0 -> scalar(Kind.NULL);
      case 0xc1 -> throw new Refused(Refusal.SYNTAX, at - 1);
      case 0xc2 -> flag(false);
      case 0xc3 -> flag(true);
      case 0xc4, 0xc5, 0xc6 -> content(Kind.BYTES, unsigned(1 << b - 0xc4));
      case 0xc7, 0xc8, 0xc9 -> extension(unsigned(1 << b - 0xc7));
      case 0xca -> fraction(4);
      case 0xcb -> fraction(8);
      case 0xcc, 0xcd, 0xce -> integer(unsigned(1 << b - 0xcc));
      case 0xcf -> huge(unsigned(8));
      case 0xd0 -> integer((byte) unsigned(1));
      case 0xd1 -> integer((short) unsigned(2));
      case 0xd2 -> integer((int) unsigned(4));
      case 0xd3 -> integer(unsigned(8));
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> extension(1 << b - 0xd4);
      case 0xd9, 0xda, 0xdb -> content(Kind.STRING, unsigned(1 << b - 0xd9));
      case 0xdc, 0xdd -> container(Kind.ARRAY, unsigned(2 << b - 0xdc));
      default -> container(Kind.OBJECT, unsigned(2 << b - 0xde));
    }
  }

  private void huge(long value) {
    integer(value);
    kind = value < 0 ? Kind.HUGE : Kind.INTEGER;
  }

  private void fraction(int size) {
    pass(size);
    scalar(Kind.FRACTION);
  }

  private void extension(long length) {
    pass(length + 1); // the type of the extension is one byte before its content
    scalar(Kind.OTHER);
  }
}
