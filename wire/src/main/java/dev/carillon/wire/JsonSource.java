package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON. A value's slice is all of it, with the quotes; {@link #number} remembers of a string
 * whether it has escapes, and of a container how deep it is.
 */
final class JsonSource extends Source {
  private final JsonScan scan = JsonScan.idle();
  private final int maxDepth;
  private int nameFrom;
  private int nameTo;
  private boolean nameEscaped;

  JsonSource(int maxDepth) {
    this.maxDepth = maxDepth;
  }

  @Override
  void begin(int from) {
    int bad = Utf8.firstBad(bytes, from, limit);
    if (bad != limit) {
      throw new Refused(Refusal.NOT_UTF8, bad);
    }
    scan.open(bytes, from, limit);
  }

  @Override
  void end() {
    if (scan.space() != limit) {
      throw new Refused(Refusal.TRAILING, scan.at());
    }
  }

  @Override
  int at() {
    return scan.at();
  }

  @Override
  void moveTo(int index) {
    scan.moveTo(index);
  }

  @Override
  void value() {
    start = scan.space();
    scan.value(maxDepth + JsonScan.ENVELOPE_DEPTH);
    stop = scan.at();
    switch (bytes[start]) {
      case '{' -> found(Kind.OBJECT, scan.deepest());
      case '[' -> found(Kind.ARRAY, scan.deepest());
      case '"' -> found(Kind.STRING, scan.escaped() ? 1 : 0);
      case 't' -> found(Kind.BOOLEAN, 1);
      case 'f' -> found(Kind.BOOLEAN, 0);
      case 'n' -> found(Kind.NULL, 0);
      default -> integer();
    }
  }

  private void found(Kind found, long remembered) {
    kind = found;
    number = remembered;
  }

  private void integer() {
    boolean negative = bytes[start] == '-';
    long value = 0;
    boolean huge = stop - start > 18;
    for (int i = negative ? start + 1 : start; i < stop; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        found(Kind.FRACTION, 0);
        return;
      }
      if (!huge) {
        value = value * 10 + digit;
      }
    }
    found(huge ? Kind.HUGE : Kind.INTEGER, negative ? -value : value);
  }

  @Override
  int enter(int index, Kind container) {
    scan.moveTo(index);
    if (scan.next() != (container == Kind.OBJECT ? '{' : '[')) {
      throw new Refused(Refusal.NOT_AN_OBJECT, index);
    }
    return 0;
  }

  @Override
  boolean more(int index, int count, Kind container) {
    byte closing = (byte) (container == Kind.OBJECT ? '}' : ']');
    int at = scan.space();
    byte c = scan.next();
    if (c == closing) {
      return false;
    }
    if (index == 0) {
      scan.moveTo(at);
    } else if (c != ',') {
      throw new Refused(Refusal.SYNTAX, at);
    }
    return true;
  }

  @Override
  int name(NameTable table) {
    nameFrom = scan.space();
    scan.expect('"');
    scan.string();
    nameTo = scan.at();
    nameEscaped = scan.escaped();
    scan.expect(':');
    return find(table, nameFrom, nameTo, nameEscaped ? 1 : 0);
  }

  @Override
  String lastName() {
    return string(nameFrom, nameTo, nameEscaped ? 1 : 0);
  }

  @Override
  int find(NameTable table, int from, int end, long escaped) {
    if (escaped == 0) {
      return table.find(bytes, from + 1, end - 1);
    }
    byte[] plain = unescape(from + 1, end - 1);
    return table.find(plain, 0, plain.length);
  }

  @Override
  String string(int from, int end, long escaped) {
    return escaped == 0
        ? new String(bytes, from + 1, end - from - 2, StandardCharsets.UTF_8)
        : new String(unescape(from + 1, end - 1), StandardCharsets.UTF_8);
  }

  @Override
  byte @Nullable [] data(DataType type, Kind dataKind, int from, int end, long remembered) {
    if (type == DataType.JSON) {
      boolean container = dataKind == Kind.OBJECT || dataKind == Kind.ARRAY;
      if (container && remembered > maxDepth) {
        throw new Refused(Refusal.TOO_DEEP, from);
      }
      return Arrays.copyOfRange(bytes, from, end);
    }
    if (dataKind != Kind.STRING) {
      return null;
    }
    byte[] text =
        remembered == 0
            ? Arrays.copyOfRange(bytes, from + 1, end - 1)
            : unescape(from + 1, end - 1);
    return type == DataType.TEXT ? text : base64(text);
  }

  private static byte @Nullable [] base64(byte[] text) {
    if (text.length % 4 != 0) {
      return null; // the decoder would take missing padding
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  boolean nullIsData() {
    return true;
  }

  /** Takes the escapes out of a string that the scan has passed. */
  private byte[] unescape(int from, int end) {
    byte[] plain = new byte[end - from];
    int size = 0;
    int at = from;
    while (at < end) {
      byte c = bytes[at++];
      if (c != '\\') {
        plain[size++] = c;
        continue;
      }
      byte e = bytes[at++];
      if (e != 'u') {
        plain[size++] = simple(e);
        continue;
      }
      int unit = hex(at);
      at += 4;
      int character = unit;
      if (Character.isSurrogate((char) unit)) {
        character = pair(unit, at, end);
        at += 6;
      }
      size = Utf8.put(character, plain, size);
    }
    return Arrays.copyOf(plain, size);
  }

  private static byte simple(byte escape) {
    return (byte)
        switch (escape) {
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          default -> escape;
        };
  }

  /** The character that two escapes make; the second begins at an index. */
  private int pair(int high, int at, int end) {
    if (Character.isHighSurrogate((char) high)
        && end - at >= 6
        && bytes[at] == '\\'
        && bytes[at + 1] == 'u') {
      int low = hex(at + 2);
      if (Character.isLowSurrogate((char) low)) {
        return Character.toCodePoint((char) high, (char) low);
      }
    }
    throw new Refused(Refusal.NOT_UTF8, at);
  }

  private int hex(int at) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 4 | Character.digit(bytes[at + i], 16);
    }
    return value;
  }
}
