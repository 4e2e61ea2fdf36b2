package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a shard has read of one room's past from the broker: a few stretches, shared by all readers
 * who catch up at the same time. The stretch used longest ago goes first, and one that nobody has
 * used for a while goes by itself. Confined to its shard.
 */
final class Pages {
  /** How many entries a page has at most; pages begin at multiples of it, so that readers share. */
  static final int ENTRIES = 64;

  /** About how many bytes a page has at most. */
  static final int BYTES = 256 << 10;

  private static final int KEPT = 8;

  /** Fewer than are kept: what arrives is used before the next pushes it out. */
  private static final int ASKED_AT_ONCE = 4;

  /** A page that takes longer than this is the broker's fault, not that of who waits for it. */
  private static final long LATE_MILLIS = 1000;

  /** A stretch that was read, and how many times it was looked after without having been used. */
  private static final class Page {
    final List<Entry> entries;
    final long first;
    final long weight;
    int unused;

    Page(List<Entry> entries) {
      this.entries = entries;
      this.first = entries.getFirst().offset();
      long sum = 0;
      for (Entry entry : entries) {
        sum += entry.message().weight();
      }
      this.weight = sum;
    }
  }

  private record Asked(long from, long at) {}

  private final HeldBytes held;
  private final List<Page> pages = new ArrayList<>(0);
  private final List<Asked> asked = new ArrayList<>(0);
  private long bytes;

  Pages(HeldBytes held) {
    this.held = held;
  }

  /** The entry at an offset, or null if no page here holds it. */
  @Nullable Entry get(long offset) {
    for (int i = 0; i < pages.size(); i++) {
      Page page = pages.get(i);
      if (offset >= page.first && offset < page.first + page.entries.size()) {
        page.unused = 0;
        if (i > 0) {
          pages.remove(i);
          pages.addFirst(page);
        }
        return page.entries.get((int) (offset - page.first));
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

  /** Whether a further page may be read at the same time; if not, one will arrive soon. */
  boolean mayAsk() {
    return asked.size() < ASKED_AT_ONCE;
  }

  /** Notes that a page is being read; false if it is already. */
  boolean ask(long from, long now) {
    for (Asked each : asked) {
      if (each.from() == from) {
        return false;
      }
    }
    return asked.add(new Asked(from, now));
  }

  /** Whether the broker has taken long over this page. */
  boolean isLate(long from, long now) {
    return asked.stream().anyMatch(each -> each.from() == from && now - each.at() > LATE_MILLIS);
  }

  /** Whether the broker takes long over some page. */
  boolean areLate(long now) {
    return !asked.isEmpty() && now - asked.getFirst().at() > LATE_MILLIS;
  }

  /** The page asked for arrived, or could not be read. */
  void answered(long from, Broker.@Nullable Page page) {
    asked.removeIf(each -> each.from() == from);
    if (page != null && !page.entries().isEmpty()) {
      Page added = new Page(page.entries());
      pages.addFirst(added);
      count(added.weight);
      if (pages.size() > KEPT) {
        count(-pages.removeLast().weight);
      }
    }
  }

  /** Called now and then: what nobody has used since the last time but one is let go of. */
  void age() {
    for (int i = pages.size() - 1; i >= 0; i--) {
      Page page = pages.get(i);
      if (++page.unused > 2) {
        pages.remove(i);
        count(-page.weight);
      }
    }
  }

  /** How many bytes of weight are held. */
  long bytes() {
    return bytes;
  }

  /** Forgets everything; what is being read still arrives. */
  void clear() {
    pages.clear();
    count(-bytes);
  }

  private void count(long more) {
    bytes += more;
    held.add(HeldBytes.Kind.PAGES, more);
  }
}
