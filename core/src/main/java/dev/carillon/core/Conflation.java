package dev.carillon.core;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the newest message of each key stood in a room at one moment: what came before it is
 * superseded. Shared by the readers who were found to be slow at that moment. Immutable.
 */
final class Conflation {
  /** How far back keys are looked for. */
  private static final int LOOKED_AT = 16_384;

  private final long upTo;
  private final Map<String, Long> newest;

  /**
   * Looks at what is at hand.
   *
   * @param entries gives the entry of an offset, or null where it would have to be read first
   */
  Conflation(long head, LongFunction<@Nullable Entry> entries) {
    upTo = head;
    newest = new HashMap<>();
    for (long offset = upTo; offset > upTo - LOOKED_AT; offset--) {
      Entry entry = entries.apply(offset);
      if (entry == null) {
        break;
      }
      String key = entry.message().key();
      if (key != null) {
        newest.putIfAbsent(key, offset);
      }
    }
  }

  /** Takes over what somebody else has looked at. */
  Conflation(long upTo, Map<String, Long> newest) {
    this.upTo = upTo;
    this.newest = newest;
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
