package dev.carillon.client.spi;

import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Several rooms that are read as one: what a wildcard matches, and the inboxes of the session. The
 * server joins them by itself, and each is read by a reader of its own.
 */
final class Groups {
  /** How much earlier than it was last heard a server may have said what was lost. */
  static final long MARGIN = 2_000;

  private Groups() {}

  /** What a wildcard matches; null for a room's own name. */
  static @Nullable Pattern pattern(String room) {
    if (room.indexOf('*') < 0) {
      return null;
    }
    StringBuilder expression = new StringBuilder();
    for (String segment : room.split("/", -1)) {
      expression.append(expression.isEmpty() ? "" : "/");
      switch (segment) {
        case "*" -> expression.append("[^/]+");
        case "**" -> expression.append(".+");
        default -> expression.append(Pattern.quote(segment));
      }
    }
    return Pattern.compile(expression.toString());
  }

  /** The wildcard or the inbox to which a room belongs that nobody joined by its name, or null. */
  static @Nullable String of(String room, Collection<Reader> readers) {
    if (room.startsWith("$")) {
      return Machine.INBOX;
    }
    for (Reader reader : readers) {
      Pattern pattern = reader.pattern;
      if (pattern != null && pattern.matcher(room).matches()) {
        return reader.room();
      }
    }
    return null;
  }
}
