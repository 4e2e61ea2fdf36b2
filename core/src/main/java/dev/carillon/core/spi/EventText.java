package dev.carillon.core.spi;

import dev.carillon.core.Position;

/**
 * Writes server-sent events: fields a line each, an empty line behind the last. A carriage return
 * in data arrives as a line feed, since both end a line there.
 */
public final class EventText {
  private EventText() {}

  /** The event's name; without one it is a {@code message}. */
  public static void name(String name, Bytes into) {
    into.ascii("event: ");
    into.ascii(name);
    into.put('\n');
  }

  /** The position that a client comes back with as {@code Last-Event-ID}. */
  public static void id(Position position, Bytes into) {
    into.ascii("id: ");
    into.ascii(position.epoch().toString());
    into.put(':');
    into.decimal(position.offset());
    into.put('\n');
  }

  /** How long a client should wait before it comes back, in milliseconds. */
  public static void retry(long millis, Bytes into) {
    into.ascii("retry: ");
    into.decimal(millis);
    into.put('\n');
  }

  /** Data of characters below U+0080 without line ends. */
  public static void data(String ascii, Bytes into) {
    into.ascii("data: ");
    into.ascii(ascii);
    into.put('\n');
  }

  /** Data of valid UTF-8, a field for each of its lines. */
  public static void data(byte[] utf8, int from, int length, Bytes into) {
    int end = from + length;
    int line = from;
    for (int at = from; at < end; at++) {
      byte b = utf8[at];
      if (b == '\n' || b == '\r') {
        line(utf8, line, at, into);
        boolean pair = b == '\r' && at + 1 < end && utf8[at + 1] == '\n';
        at += pair ? 1 : 0;
        line = at + 1;
      }
    }
    line(utf8, line, end, into);
  }

  private static void line(byte[] utf8, int from, int to, Bytes into) {
    into.ascii("data: ");
    into.put(utf8, from, to - from);
    into.put('\n');
  }

  /** The end of an event. */
  public static void end(Bytes into) {
    into.put('\n');
  }
}
