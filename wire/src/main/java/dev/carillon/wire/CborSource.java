package dev.carillon.wire;

/**
 * Reads CBOR. Lengths are definite: indefinite ones (RFC 8949, 3.2) would make slices of strings
 * impossible, and no encoder needs them for messages that it holds whole. Tags are no field of
 * ours.
 */
final class CborSource extends BinarySource {
  CborSource(int maxDepth) {
    super(maxDepth);
  }

  @Override
  void head() {
    start = at;
    int b = next();
    int major = b >> 5;
    int low = b & 0x1f;
    if (major == 7) {
      simple(low);
      return;
    }
    long argument = argument(low);
    switch (major) {
      case 0 -> {
        integer(argument);
        kind = argument < 0 ? Kind.HUGE : Kind.INTEGER;
      }
      case 1 -> {
        integer(~argument); // 3.1: major type 1 is -1 minus the argument
        kind = argument < 0 ? Kind.HUGE : Kind.INTEGER;
      }
      case 2 -> content(Kind.BYTES, argument);
      case 3 -> content(Kind.STRING, argument);
      case 4 -> container(Kind.ARRAY, argument);
      case 5 -> container(Kind.OBJECT, argument);
      default -> {
        scalar(Kind.OTHER);
        children = 1; // 3.4: a tag belongs to the one value behind it
      }
    }
  }

  /** 3: the argument is in the low bits or in the bytes that follow. */
  private long argument(int low) {
    if (low < 24) {
      return low;
    }
    if (low < 28) {
      return unsigned(1 << low - 24);
    }
    // 28 to 30 are not well-formed, 31 is an indefinite length
    throw new Refused(low == 31 ? Refusal.UNSUPPORTED : Refusal.SYNTAX, at - 1);
  }

  private void simple(int low) {
    switch (low) {
      case 20 -> flag(false);
      case 21 -> flag(true);
      case 22, 23 -> scalar(Kind.NULL); // null and undefined
      case 24 -> {
        if (unsigned(1) < 32) {
          throw new Refused(Refusal.SYNTAX, at - 2); // 3.3: these have a shorter form only
        }
        scalar(Kind.OTHER);
      }
      case 25, 26, 27 -> {
        pass(1 << low - 24);
        scalar(Kind.FRACTION);
      }
      case 28, 29, 30, 31 -> throw new Refused(Refusal.SYNTAX, at - 1);
      default -> scalar(Kind.OTHER);
    }
  }
}
