package dev.carillon.server.token;

import dev.carillon.core.RoomName;

/**
 * Which rooms a right is for: segments separated by {@code /}, each a word that must be the same or
 * {@code *} for any one segment; {@code **} at the end stands for one or more. {@code {name}} and
 * {@code {name...}}, as in the configuration's patterns, mean the same as the stars. The server's
 * own rooms, whose names begin with {@code $}, are matched by no star in the first place.
 * Immutable.
 */
final class RightsPattern {
  private static final String ONE = "*";
  private static final String REST = "**";

  private final String[] segments;

  private RightsPattern(String[] segments) {
    this.segments = segments;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  static RightsPattern of(String text) {
    if (text.length() > RoomName.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a room pattern has at most %d characters, this one has %d"
              .formatted(RoomName.MAX_LENGTH, text.length()));
    }
    String[] segments = text.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      segments[i] = segment(segments[i], i == 0, i == segments.length - 1, text);
    }
    return new RightsPattern(segments);
  }

  private static String segment(String segment, boolean first, boolean last, String text) {
    String read =
        !segment.startsWith("{") || !segment.endsWith("}")
            ? segment
            : segment.endsWith("...}") ? REST : ONE;
    if (read.equals(REST)) {
      if (!last) {
        throw new IllegalArgumentException(
            "room pattern '" + text + "': ** stands for all the rest and must come last");
      }
      return read;
    }
    String word = first && read.startsWith("$") ? read.substring(1) : read;
    String flaw = read.equals(ONE) ? null : RoomName.flaw(word);
    if (flaw != null) {
      String stars = read.indexOf('*') >= 0 ? "; * stands for a whole segment" : "";
      throw new IllegalArgumentException("room pattern '" + text + "': " + flaw + stars);
    }
    return read;
  }

  /** Whether a room's name is one of those meant. Asked at every publish: it allocates nothing. */
  boolean matches(String room) {
    int at = 0;
    for (int i = 0; i < segments.length; i++) {
      if (at > room.length()) {
        return false;
      }
      String segment = segments[i];
      int slash = room.indexOf('/', at);
      int end = slash < 0 ? room.length() : slash;
      boolean star = segment.equals(ONE) || segment.equals(REST);
      if (star && at == 0 && room.startsWith("$")) {
        return false;
      }
      if (segment.equals(REST)) {
        return true;
      }
      if (!star && (end - at != segment.length() || !room.startsWith(segment, at))) {
        return false;
      }
      at = end + 1;
    }
    return at > room.length();
  }
}
