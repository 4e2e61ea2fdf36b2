package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What MessagePack and CBOR have in common: every value begins with a head that says its kind and
 * its length or count. A slice of a string or of bytes is its content; of a container, all of it.
 *
 * <p>No length is believed: a string must lie within the frame, and a container cannot claim more
 * items than the frame has bytes left, so nothing is ever reserved for what did not come.
 */
abstract sealed class BinarySource extends Source permits MsgpackSource, CborSource {
  private final int maxDepth;
  private final int[] open;
  private final JsonScan scan = JsonScan.idle();
  int at;

  /** How many values follow the head that was read last and belong to it: two for a field. */
  int children;

  private int nameFrom;
  private int nameTo;

  BinarySource(int maxDepth) {
    this.maxDepth = maxDepth;
    this.open = new int[maxDepth + JsonScan.ENVELOPE_DEPTH];
  }

  /**
   * Reads the head at {@link #at}, and passes the content of strings and bytes. Sets {@link #kind},
   * {@link #start}, {@link #stop}, {@link #number} and {@link #children}.
   */
  abstract void head();

  @Override
  final void begin(int from) {
    at = from;
  }

  @Override
  final void end() {
    if (at != limit) {
      throw new Refused(Refusal.TRAILING, at);
    }
  }

  @Override
  final int at() {
    return at;
  }

  @Override
  final void moveTo(int index) {
    at = index;
  }

  @Override
  final void value() {
    int begin = at;
    head();
    if (children == 0) {
      if (kind == Kind.OBJECT || kind == Kind.ARRAY) {
        start = begin;
        stop = at;
      }
      return;
    }
    Kind outermost = kind;
    children();
    kind = outermost;
    start = begin;
    stop = at;
  }

  /** Passes everything that belongs to the container whose head was read last. */
  private void children() {
    int depth = 0;
    open[depth++] = children;
    while (depth > 0) {
      if (open[depth - 1]-- == 0) {
        depth--;
        continue;
      }
      int headAt = at;
      head();
      if (children > 0) {
        if (depth == open.length) {
          throw new Refused(Refusal.TOO_DEEP, headAt);
        }
        open[depth++] = children;
      }
    }
  }

  @Override
  final int enter(int index, Kind container) {
    at = index;
    head();
    if (kind != container) {
      throw new Refused(Refusal.NOT_AN_OBJECT, index);
    }
    return container == Kind.OBJECT ? children / 2 : children;
  }

  @Override
  final boolean more(int index, int count, Kind container) {
    return index < count;
  }

  @Override
  final int name(NameTable table) {
    int begin = at;
    head();
    if (kind != Kind.STRING) {
      throw new Refused(Refusal.SYNTAX, begin);
    }
    nameFrom = start;
    nameTo = stop;
    return table.find(bytes, start, stop);
  }

  @Override
  final String lastName() {
    return string(nameFrom, nameTo, 0);
  }

  @Override
  final int find(NameTable table, int from, int to, long remembered) {
    return table.find(bytes, from, to);
  }

  @Override
  final String string(int from, int to, long remembered) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  @Override
  final byte @Nullable [] data(DataType type, Kind dataKind, int from, int to, long remembered) {
    if (dataKind != (type == DataType.BINARY ? Kind.BYTES : Kind.STRING)) {
      return null;
    }
    if (type == DataType.JSON && !scan.isValue(bytes, from, to, maxDepth)) {
      return null;
    }
    return Arrays.copyOfRange(bytes, from, to);
  }

  @Override
  final boolean nullIsData() {
    return false;
  }

  final void integer(long value) {
    scalar(Kind.INTEGER);
    number = value;
  }

  final void scalar(Kind found) {
    kind = found;
    children = 0;
    stop = at;
  }

  final void flag(boolean value) {
    scalar(Kind.BOOLEAN);
    number = value ? 1 : 0;
  }

  /** A string, valid UTF-8, or bytes, of a length that the frame must hold. */
  final void content(Kind found, long length) {
    if (length < 0 || length > limit - at) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    kind = found;
    children = 0;
    start = at;
    at += (int) length;
    stop = at;
    if (found == Kind.STRING) {
      int bad = Utf8.firstBad(bytes, start, stop);
      if (bad != stop) {
        throw new Refused(Refusal.NOT_UTF8, bad);
      }
    }
  }

  /** A container; each of what it claims to hold takes at least one byte. */
  final void container(Kind found, long count) {
    long values = found == Kind.OBJECT ? count * 2 : count;
    if (count < 0 || values < 0 || values > limit - at) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    kind = found;
    children = (int) values;
  }

  final int next() {
    if (at >= limit) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    return bytes[at++] & 0xff;
  }

  /** A big-endian number of 1, 2, 4 or 8 bytes; eight of them may come out negative. */
  final long unsigned(int size) {
    if (limit - at < size) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    long value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | bytes[at++] & 0xff;
    }
    return value;
  }

  final void pass(long length) {
    if (length < 0 || length > limit - at) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    at += (int) length;
  }
}
