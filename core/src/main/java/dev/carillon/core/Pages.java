package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a shard has read of one room's past from the broker: a few stretches, shared by all readers
 * who catch up at the same time. The stretch used longest ago goes first.
 */
final class Pages {
  /** How many entries a page has at most; pages begin at multiples of it, so that readers share. */
  static final int ENTRIES = 64;

  /** About how many bytes a page has at most. */
  static final int BYTES = 256 << 10;

  private static final int KEPT = 8;

  private final ArrayDeque<List<Entry>> pages = new ArrayDeque<>(2);
  private final List<Long> asked = new ArrayList<>(1);

  /** The entry at an offset, or null if no page here holds it. */
  @Nullable Entry get(long offset) {
    for (Iterator<List<Entry>> each = pages.iterator(); each.hasNext(); ) {
      List<Entry> page = each.next();
      long first = page.getFirst().offset();
      if (offset >= first && offset < first + page.size()) {
        return page.get((int) (offset - first));
      }
    }
    return null;
  }

  /** Where the page that holds an offset is to be read from. */
  long startFor(long offset) {
    long start = (offset - 1) / ENTRIES * ENTRIES + 1;
    // A page cut short by its bytes is gone on with where it ended.
    while (start < offset && get(start) != null) {
      start++;
    }
    return start;
  }

  /** Notes that a page is being read; false if it is already. */
  boolean ask(long from) {
    return !asked.contains(from) && asked.add(from);
  }

  /** The page asked for arrived, or could not be read. */
  void answered(long from, Broker.@Nullable Page page) {
    asked.remove(from);
    if (page != null && !page.entries().isEmpty()) {
      pages.addFirst(page.entries());
      if (pages.size() > KEPT) {
        pages.removeLast();
      }
    }
  }

  /** Forgets everything: the room went on in another epoch. */
  void clear() {
    pages.clear();
  }
}
