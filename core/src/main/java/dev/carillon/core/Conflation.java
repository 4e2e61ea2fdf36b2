package dev.carillon.core;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the newest message of each key stood in a room at one moment, of those that all readers
 * with a filter want: what came before it is superseded. One that is not for every user supersedes
 * nothing, or who does not get it would have none of its key. Shared by the readers who asked at
 * that moment; not changed any more when they have it.
 */
final class Conflation {
  private final long upTo;
  private final @Nullable Selection selection;
  private final Map<String, Long> newest = new HashMap<>();

  /**
   * Nothing is superseded until entries have been looked at.
   *
   * @param upTo the head at that moment
   * @param selection what the readers want, or null for everything
   */
  Conflation(long upTo, @Nullable Selection selection) {
    this.upTo = upTo;
    this.selection = selection;
  }

  /** Takes an entry in; those with higher offsets have been before. */
  void look(Entry entry) {
    Message message = entry.message();
    if (message.key() != null
        && message.audience() == null
        && (selection == null || selection.wants(entry))) {
      newest.putIfAbsent(message.key(), entry.offset());
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
