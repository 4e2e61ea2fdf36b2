package dev.carillon.wire;

import java.nio.ByteBuffer;

/**
 * Looks at JSON without making anything of it: one pass, no recursion, no memory that grows with
 * the input. Grammar of RFC 8259; names may repeat and numbers may have any length, since data
 * passes through as it was written.
 */
public final class JsonScan {
  /** What an envelope may add to the depth of the data in it: message, list, item, state. */
  static final int ENVELOPE_DEPTH = 4;

  private byte[] bytes;
  private int end;
  private int at;

  // One bit for each open container, the innermost in the lowest bit of `inner`; set for objects.
  private long inner;
  private long outer;
  private int depth;
  private int deepest;

  private boolean escaped;

  private JsonScan(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /**
   * Whether bytes are exactly one well-formed JSON value in valid UTF-8, with nothing but white
   * space around it.
   *
   * @param bytes where the value is
   * @param from index of its first byte
   * @param to index behind its last byte
   * @param maxDepth how deep containers may nest, at most 64
   */
  public static boolean wellFormed(byte[] bytes, int from, int to, int maxDepth) {
    if (maxDepth < 0 || maxDepth > 64) {
      throw new IllegalArgumentException("maxDepth is " + maxDepth + ", must be from 0 to 64");
    }
    return Utf8.firstBad(bytes, from, to) == to && idle().isValue(bytes, from, to, maxDepth);
  }

  /** The same for what is between a buffer's position and limit, which stay where they are. */
  public static boolean wellFormed(ByteBuffer buffer, int maxDepth) {
    if (buffer.hasArray()) {
      int from = buffer.arrayOffset() + buffer.position();
      return wellFormed(buffer.array(), from, from + buffer.remaining(), maxDepth);
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return wellFormed(copy, 0, copy.length, maxDepth);
  }

  /** A scanner that is to be given something. */
  static JsonScan idle() {
    return new JsonScan(Source.NOTHING, 0, 0);
  }

  /** Goes on with other bytes, which are known to be UTF-8. */
  void open(byte[] newBytes, int from, int to) {
    bytes = newBytes;
    at = from;
    end = to;
  }

  /** Whether bytes that are known to be UTF-8 are exactly one value. */
  boolean isValue(byte[] newBytes, int from, int to, int maxDepth) {
    open(newBytes, from, to);
    try {
      value(maxDepth);
      return space() == to;
    } catch (Refused e) {
      return false;
    }
  }

  int at() {
    return at;
  }

  void moveTo(int index) {
    at = index;
  }

  /** How deep the last value was: 0 for anything but a container. */
  int deepest() {
    return deepest;
  }

  /** Whether the last string had an escape in it. */
  boolean escaped() {
    return escaped;
  }

  /** Passes white space and returns the index of what comes then. */
  int space() {
    while (at < end) {
      byte c = bytes[at];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        break;
      }
      at++;
    }
    return at;
  }

  /** The next byte that is not white space, which is passed. */
  byte next() {
    if (space() == end) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    return bytes[at++];
  }

  void expect(char c) {
    if (next() != c) {
      throw new Refused(Refusal.SYNTAX, at - 1);
    }
  }

  /** Passes one value. */
  void value(int maxDepth) {
    depth = 0;
    deepest = 0;
    do {
      if (begin(maxDepth)) {
        finish();
      }
    } while (depth > 0);
  }

  /** Passes a scalar or the start of a container; true when that completed a value. */
  private boolean begin(int maxDepth) {
    byte c = next();
    switch (c) {
      case '{' -> {
        push(true, maxDepth);
        if (closes('}')) {
          return true;
        }
        name();
        return false;
      }
      case '[' -> {
        push(false, maxDepth);
        return closes(']');
      }
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number(c);
    }
    return true;
  }

  /** Behind a value: passes what ends containers, and the comma and name before the next value. */
  private void finish() {
    while (depth > 0) {
      boolean object = (inner & 1) != 0;
      byte c = next();
      if (c == ',') {
        if (object) {
          name();
        }
        return;
      }
      if (c != (object ? '}' : ']')) {
        throw new Refused(Refusal.SYNTAX, at - 1);
      }
      pop();
    }
  }

  private boolean closes(char closing) {
    if (space() < end && bytes[at] == closing) {
      at++;
      pop();
      return true;
    }
    return false;
  }

  private void push(boolean object, int maxDepth) {
    if (depth == maxDepth) {
      throw new Refused(Refusal.TOO_DEEP, at - 1);
    }
    outer = outer << 1 | inner >>> 63;
    inner = inner << 1 | (object ? 1 : 0);
    deepest = Math.max(deepest, ++depth);
  }

  private void pop() {
    inner = inner >>> 1 | outer << 63;
    outer >>>= 1;
    depth--;
  }

  /** Passes a name and its colon. */
  void name() {
    expect('"');
    string();
    expect(':');
  }

  /** Passes a string whose opening quote is passed already. */
  void string() {
    escaped = false;
    while (at < end) {
      byte c = bytes[at++];
      if (c == '"') {
        return;
      }
      if (c == '\\') {
        escaped = true;
        escape();
      } else if (c >= 0 && c < ' ') {
        throw new Refused(Refusal.SYNTAX, at - 1);
      }
    }
    throw new Refused(Refusal.TRUNCATED, at);
  }

  private void escape() {
    if (at == end) {
      throw new Refused(Refusal.TRUNCATED, at);
    }
    switch (bytes[at++]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {}
      case 'u' -> {
        for (int i = 0; i < 4; i++) {
          if (at == end) {
            throw new Refused(Refusal.TRUNCATED, at);
          }
          if (Character.digit(bytes[at], 16) < 0) {
            throw new Refused(Refusal.SYNTAX, at);
          }
          at++;
        }
      }
      default -> throw new Refused(Refusal.SYNTAX, at - 1);
    }
  }

  private void literal(String word) {
    for (int i = 1; i < word.length(); i++) {
      if (at == end) {
        throw new Refused(Refusal.TRUNCATED, at);
      }
      if (bytes[at] != word.charAt(i)) {
        throw new Refused(Refusal.SYNTAX, at);
      }
      at++;
    }
  }

  /** Passes a number of which the first byte is passed already. */
  private void number(byte first) {
    byte c = first;
    if (c == '-') {
      if (at == end) {
        throw new Refused(Refusal.TRUNCATED, at);
      }
      c = bytes[at++];
    }
    if (c < '0' || c > '9') {
      throw new Refused(Refusal.SYNTAX, at - 1);
    }
    if (c != '0') {
      digits();
    }
    if (at < end && bytes[at] == '.') {
      at++;
      someDigits();
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      someDigits();
    }
  }

  private void someDigits() {
    int start = at;
    digits();
    if (at == start) {
      throw new Refused(at == end ? Refusal.TRUNCATED : Refusal.SYNTAX, at);
    }
  }

  private void digits() {
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
  }
}
