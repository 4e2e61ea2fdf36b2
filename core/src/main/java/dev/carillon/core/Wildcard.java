package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/**
 * Several rooms by the shape of their names: segments as of a {@link RoomName}, of which {@code *}
 * stands for any one segment and {@code **}, as the last, for one or more. Immutable.
 */
public final class Wildcard {
  private final RoomName name;
  private final String[] segments;

  private Wildcard(RoomName name) {
    this.name = name;
    this.segments = name.value().split("/");
  }

  /** Whether a text is meant as a wildcard rather than as one room's name. */
  public static boolean isMeant(String text) {
    return text.indexOf('*') >= 0;
  }

  /**
   * Reads a wildcard.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  public static Wildcard of(String text) {
    String flaw = flaw(text);
    if (flaw != null) {
      throw new IllegalArgumentException(flaw);
    }
    return new Wildcard(RoomName.ofServer(text));
  }

  /** What is wrong with a wildcard, in one sentence, or null. */
  public static @Nullable String flaw(String text) {
    // A segment of one letter in its place shows whether the rest is a name.
    StringBuilder filled = new StringBuilder(text.length());
    String[] segments = text.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      boolean all = segment.equals("**");
      if (all && i < segments.length - 1) {
        return "** stands for all the rest and must come last";
      }
      if (!all && !segment.equals("*") && segment.indexOf('*') >= 0) {
        return "* stands for a whole segment, as in prices/*";
      }
      filled.append(i == 0 ? "" : "/").append(all || segment.equals("*") ? "x" : segment);
    }
    return RoomName.flaw(filled.toString());
  }

  /** It, where a room's name would stand in an answer. */
  public RoomName name() {
    return name;
  }

  /** What every name that it matches begins with. */
  public String prefix() {
    return name.value().substring(0, name.value().indexOf('*'));
  }

  /** Whether a room is one of those meant; never one of the server's own. */
  public boolean matches(RoomName room) {
    String value = room.value();
    if (room.isReserved()) {
      return false;
    }
    int at = 0;
    for (int i = 0; i < segments.length; i++) {
      if (at > value.length()) {
        return false;
      }
      if (segments[i].equals("**")) {
        return true;
      }
      int slash = value.indexOf('/', at);
      int end = slash < 0 ? value.length() : slash;
      boolean same = segments[i].length() == end - at && value.startsWith(segments[i], at);
      if (!same && !segments[i].equals("*")) {
        return false;
      }
      at = end + 1;
    }
    return at > value.length();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Wildcard wildcard && wildcard.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name.value();
  }
}
