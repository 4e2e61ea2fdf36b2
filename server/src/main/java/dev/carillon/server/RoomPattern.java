package dev.carillon.server;

import dev.carillon.core.RoomName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rooms a rule is for: segments separated by {@code /}, each a word that must be the same, or
 * {@code {name}} for any one segment; {@code {name...}} at the end stands for one or more segments.
 * Immutable.
 */
final class RoomPattern {
  private final List<String> segments;

  private RoomPattern(List<String> segments) {
    this.segments = segments;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  static RoomPattern of(String text) {
    String flaw = flaw(text);
    if (flaw != null) {
      throw new IllegalArgumentException("room pattern '" + text + "': " + flaw);
    }
    return new RoomPattern(List.of(text.split("/")));
  }

  /** What is wrong with a pattern, or null. */
  static @Nullable String flaw(String text) {
    String[] segments = text.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      if (segment.indexOf('{') < 0 && segment.indexOf('}') < 0) {
        String flaw = RoomName.flaw(segment);
        if (flaw != null) {
          return flaw;
        }
      } else if (!isVariable(segment)) {
        return "a variable is a whole segment such as {id}";
      } else if (segment.endsWith("...}") && i < segments.length - 1) {
        return segment + " stands for all the rest and must come last";
      }
    }
    return null;
  }

  private static boolean isVariable(String segment) {
    if (!segment.startsWith("{") || !segment.endsWith("}")) {
      return false;
    }
    String name = segment.substring(1, segment.length() - 1);
    if (name.endsWith("...")) {
      name = name.substring(0, name.length() - 3);
    }
    return !name.isEmpty()
        && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
  }

  /** Whether a room's name is one of those meant. */
  boolean matches(RoomName room) {
    return matches(room.value().split("/"));
  }

  /** What the variables stand for in a room's name, or null when it is none of those meant. */
  @Nullable Map<String, String> variables(RoomName room) {
    String[] parts = room.value().split("/");
    if (room.value().startsWith("$") || !matches(parts)) {
      return null;
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      if (segment.endsWith("...}")) {
        List<String> rest = List.of(parts).subList(i, parts.length);
        variables.put(segment.substring(1, segment.length() - 4), String.join("/", rest));
      } else if (segment.startsWith("{")) {
        variables.put(segment.substring(1, segment.length() - 1), parts[i]);
      }
    }
    return variables;
  }

  /** The same of a name's segments, which are taken apart once for many patterns. */
  boolean matches(String[] parts) {
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      if (i >= parts.length) {
        return false;
      }
      if (segment.endsWith("...}")) {
        return true;
      }
      if (!segment.startsWith("{") && !segment.equals(parts[i])) {
        return false;
      }
    }
    return parts.length == segments.size();
  }
}
