package dev.carillon.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of a room: segments of ASCII letters, digits and {@code . _ ~ : @ + = -}, separated by
 * {@code /}, at most 200 characters in all. A segment is never empty, {@code .} or {@code ..}. A
 * name that begins with {@code $} is the server's own and cannot be joined by name.
 */
public final class RoomName implements Comparable<RoomName> {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 200;

  private static final String PRESENCE = "$presence/";

  private final String value;

  private RoomName(String value) {
    this.value = value;
  }

  /**
   * A name that a client may use.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong with the name
   */
  public static RoomName of(String value) {
    String flaw = flaw(value);
    if (flaw != null) {
      throw new IllegalArgumentException(flaw);
    }
    return new RoomName(value);
  }

  /** What is wrong with a name, in one sentence, or null when a client may use it. */
  public static @Nullable String flaw(String value) {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      return "a room name has 1 to " + MAX_LENGTH + " characters, this one has " + value.length();
    }
    int segment = 0;
    for (int i = 0; i <= value.length(); i++) {
      if (i == value.length() || value.charAt(i) == '/') {
        String flaw = segmentFlaw(value, segment, i);
        if (flaw != null) {
          return flaw;
        }
        segment = i + 1;
      } else if (!allowed(value.charAt(i))) {
        return "a room name may not contain U+%04X (at character %d)"
            .formatted((int) value.charAt(i), i + 1);
      }
    }
    return null;
  }

  private static @Nullable String segmentFlaw(String value, int from, int to) {
    if (from == to) {
      return "a room name has no empty segment (at character " + (from + 1) + ")";
    }
    boolean dots = to - from <= 2 && value.charAt(from) == '.' && value.charAt(to - 1) == '.';
    return dots ? "a room name has no segment '.' or '..'" : null;
  }

  private static boolean allowed(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "._~:@+=-".indexOf(c) >= 0;
  }

  /** The companion room in which this room's members come and go. */
  public RoomName presence() {
    if (isPresence()) {
      throw new IllegalStateException("the presence room " + value + " has no presence of its own");
    }
    return new RoomName(PRESENCE + value);
  }

  /** Whether this is the companion room of another one. */
  public boolean isPresence() {
    return value.startsWith(PRESENCE);
  }

  /** The room that this is the companion of, or the room itself. */
  public RoomName subject() {
    return isPresence() ? new RoomName(value.substring(PRESENCE.length())) : this;
  }

  /** The name as text. */
  public String value() {
    return value;
  }

  @Override
  public int compareTo(RoomName other) {
    return value.compareTo(other.value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RoomName name && name.value.equals(value);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
