package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes JSON, without white space of its own. */
non-sealed class JsonEmitter extends Emitter {
  /** Every field name with the comma before it and what comes behind it. */
  private static final byte[][] NAMES = names();

  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] HEX = ascii("0123456789abcdef");

  /** Strings up to this length are written without making bytes of them first. */
  private static final int SHORT = 1024;

  private final byte[] digits = new byte[20];

  private static byte[][] names() {
    Key[] keys = Key.values();
    byte[][] names = new byte[keys.length][];
    for (Key key : keys) {
      names[key.ordinal()] = ascii(",\"" + key.code() + "\":");
    }
    return names;
  }

  private static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  void open() {
    out.put('{');
  }

  @Override
  void close() {
    out.put('}');
  }

  @Override
  void openList(int size) {
    out.put('[');
  }

  @Override
  void closeList() {
    out.put(']');
  }

  @Override
  void item() {
    if (last() != '[') {
      out.put(',');
    }
  }

  /** No value ends with an opening bracket, so the byte before says whether a comma is due. */
  private byte last() {
    return out.array()[out.size() - 1];
  }

  @Override
  void name(Key key) {
    byte[] name = NAMES[key.ordinal()];
    int skipped = last() == '{' ? 1 : 0;
    out.put(name, skipped, name.length - skipped);
  }

  @Override
  void name(String name) {
    if (last() != '{') {
      out.put(',');
    }
    string(name);
    out.put(':');
  }

  @Override
  void number(long value) {
    if (value < 0) {
      out.put('-');
    }
    int at = digits.length;
    long rest = Math.abs(value);
    do {
      digits[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    out.put(digits, at, digits.length - at);
  }

  @Override
  void flag(boolean value) {
    out.put(value ? TRUE : FALSE);
  }

  @Override
  void string(String value) {
    if (value.length() > SHORT) {
      quoted(value.getBytes(StandardCharsets.UTF_8));
      return;
    }
    int begin = out.size();
    out.put('"');
    Utf8.write(value, out);
    out.put('"');
    byte[] bytes = out.array();
    for (int i = begin + 1; i < out.size() - 1; i++) {
      if (special(bytes[i])) {
        out.truncate(begin);
        quoted(value.getBytes(StandardCharsets.UTF_8));
        return;
      }
    }
  }

  @Override
  void data(Payload payload) {
    switch (payload.type()) {
      case JSON -> out.put(payload.bytes());
      case TEXT -> quoted(payload.bytes());
      case BINARY -> {
        out.put('"');
        out.put(Base64.getEncoder().encode(payload.bytes()));
        out.put('"');
      }
    }
  }

  private void quoted(byte[] utf8) {
    out.put('"');
    int written = 0;
    for (int i = 0; i < utf8.length; i++) {
      if (special(utf8[i])) {
        out.put(utf8, written, i - written);
        escape(utf8[i]);
        written = i + 1;
      }
    }
    out.put(utf8, written, utf8.length - written);
    out.put('"');
  }

  private static boolean special(byte b) {
    return b == '"' || b == '\\' || (b >= 0 && b < ' ');
  }

  private void escape(byte b) {
    out.put('\\');
    switch (b) {
      case '"', '\\' -> out.put(b);
      case '\n' -> out.put('n');
      case '\r' -> out.put('r');
      case '\t' -> out.put('t');
      default -> {
        out.put('u');
        out.put('0');
        out.put('0');
        out.put(HEX[b >> 4]);
        out.put(HEX[b & 15]);
      }
    }
  }
}
