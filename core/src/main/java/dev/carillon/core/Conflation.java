package dev.carillon.core;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the newest message of each key stood in a room at one moment: what came before it is
 * superseded. Shared by the readers who asked at that moment; not changed any more when they have
 * it.
 */
final class Conflation {
  private final long upTo;
  private final Map<String, Long> newest = new HashMap<>();

  /**
   * Nothing is superseded until entries have been looked at.
   *
   * @param upTo the head at that moment
   */
  Conflation(long upTo) {
    this.upTo = upTo;
  }

  /** Takes an entry in; those with higher offsets have been before. */
  void look(Entry entry) {
    String key = entry.message().key();
    if (key != null) {
      newest.putIfAbsent(key, entry.offset());
    }
  }

  /** The head at that moment. */
  long upTo() {
    return upTo;
  }

  /** Whether a message with the same key came later. */
  boolean supersedes(Entry entry) {
    String key = entry.message().key();
    Long last = key == null ? null : newest.get(key);
    return last != null && last > entry.offset();
  }
}
