package dev.carillon.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
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
  private static final String USER = "$user/";
  private static final String SESSION = "$session/";
  private static final String DEAD = "$dead/";

  /** The inbox of everybody. */
  public static final RoomName GLOBAL = new RoomName("$global");

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

  /** The inbox of all sessions of a user, whatever its identifier is made of. */
  public static RoomName ofUser(String user) {
    return new RoomName(USER + escaped(user));
  }

  /** The inbox of one session. */
  public static RoomName ofSession(String session) {
    return new RoomName(SESSION + escaped(session));
  }

  /**
   * A name as {@link #value} gave it, of any room: for brokers that keep it as text.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong with the name
   */
  public static RoomName ofStored(String value) {
    return value.startsWith("$") ? new RoomName(value) : of(value);
  }

  /** A name of the server's own making, of a room or of several. */
  static RoomName ofServer(String value) {
    return new RoomName(value);
  }

  /** The inbox that is called so, or null if it is none. */
  public static @Nullable RoomName inbox(String value) {
    if (value.equals(GLOBAL.value)) {
      return GLOBAL;
    }
    String prefix = value.startsWith(USER) ? USER : value.startsWith(SESSION) ? SESSION : null;
    if (prefix == null || value.length() > MAX_LENGTH * 12) {
      return null;
    }
    String rest = value.substring(prefix.length());
    // Only as this class writes it, so that no two names are one inbox.
    return !rest.isEmpty() && escaped(unescaped(rest)).equals(rest) ? new RoomName(value) : null;
  }

  /**
   * Every byte of UTF-8 that a name has no room for, and {@code =}, as {@code =} and two digits.
   */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0 && b != '=' && allowed((char) b)) {
        escaped.append((char) b);
      } else {
        escaped.append('=').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  /** Whether it is the server's own, and not for clients to choose. */
  public boolean isReserved() {
    return value.charAt(0) == '$';
  }

  /** Whether messages to everybody, to a user or to a session come in here. */
  public boolean isInbox() {
    return isReserved() && !isPresence() && !isDeadLetters();
  }

  /** Whether it is the server's own room for what was given up in another. */
  public boolean isDeadLetters() {
    return value.startsWith(DEAD);
  }

  boolean isOfUser() {
    return value.startsWith(USER);
  }

  /** Whose inbox it is. */
  String inboxOf() {
    String prefix = isOfUser() ? USER : SESSION;
    return unescaped(value.substring(prefix.length()));
  }

  private static String unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      boolean escape =
          text.charAt(i) == '='
              && i + 2 < text.length()
              && HexFormat.isHexDigit(text.charAt(i + 1))
              && HexFormat.isHexDigit(text.charAt(i + 2));
      if (escape) {
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The server's own room for what was given up in this one. */
  public RoomName deadLetters() {
    return new RoomName(DEAD + escapedName());
  }

  /** Names of clients' rooms stay as they are, and those of others cannot be taken for one. */
  private String escapedName() {
    return isReserved() ? escaped(value) : value;
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
