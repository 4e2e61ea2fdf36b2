package dev.carillon.protocol.plain;

import dev.carillon.core.From;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Opening;
import org.jspecify.annotations.Nullable;

/**
 * What a plain connection's address asks for: a room and where to begin in it, or the sentence that
 * says why it cannot be understood.
 */
sealed interface Address {
  /** The parameter, or the header, that says which event a client had last. */
  String LAST_EVENT_ID = "last-event-id";

  /** The most messages that {@code ?last=} may ask for. */
  int MAX_LAST = 1000;

  /** It can be understood. */
  record Place(RoomName room, From from) implements Address {
    /** Who names a position was here before. */
    Arrival arrival() {
      return from instanceof From.After ? Arrival.RETURNING : Arrival.NEW;
    }
  }

  /** It cannot. */
  record Flawed(String flaw) implements Address {}

  /** Reads an address. */
  static Address of(Opening opening) {
    String name = opening.path().substring(PlainProtocol.PATH.length());
    String flaw = RoomName.flaw(name);
    if (flaw != null) {
      return new Flawed(flaw);
    }
    String last = opening.parameter("last");
    String from = opening.parameter("from");
    if (last != null && from != null) {
      return new Flawed("last and from exclude each other, give one of them");
    }
    From start = start(last, from);
    if (start == null) {
      return new Flawed(
          last != null
              ? "last must be a number from 0 to " + MAX_LAST
              : "from must be a position, 32 hexadecimal digits, a colon and an offset");
    }
    return new Place(RoomName.of(name), start);
  }

  /**
   * Reads the address of an event stream: the id of the last event that a client had, which comes
   * as the header {@code Last-Event-ID}, goes before what the address says.
   */
  static Address ofStream(Opening opening) {
    String seen = opening.parameter(LAST_EVENT_ID);
    if (seen == null || seen.isEmpty()) {
      return of(opening);
    }
    String flaw = RoomName.flaw(opening.path().substring(PlainProtocol.PATH.length()));
    Position position = Position.parse(seen);
    if (flaw != null || position == null) {
      return new Flawed(flaw != null ? flaw : "Last-Event-ID is no position of this server");
    }
    return new Place(
        RoomName.of(opening.path().substring(PlainProtocol.PATH.length())),
        new From.After(position));
  }

  private static @Nullable From start(@Nullable String last, @Nullable String from) {
    if (last != null) {
      int count = count(last);
      return count < 0 ? null : new From.Last(count);
    }
    if (from != null) {
      Position seen = Position.parse(from);
      return seen == null ? null : new From.After(seen);
    }
    return new From.Now();
  }

  /** The number, or less than 0 when it is none or too high. */
  private static int count(String digits) {
    int count = digits.isEmpty() ? -1 : 0;
    for (int i = 0; i < digits.length() && count >= 0; i++) {
      char c = digits.charAt(i);
      count = c < '0' || c > '9' ? -1 : count * 10 + (c - '0');
      count = count > MAX_LAST ? -1 : count;
    }
    return count;
  }
}
