package dev.carillon.core;

import dev.carillon.core.spi.Filter;

/**
 * What a group of readers with the same filter wants of one room. Each entry is asked about once
 * for all of them, as long as it is near those asked about last.
 */
final class Selection {
  private static final int REMEMBERED = 256;

  private final String expression;
  private final Filter filter;
  private final long[] offsets = new long[REMEMBERED];
  private final boolean[] wanted = new boolean[REMEMBERED];
  private int readers;

  Selection(String expression, Filter filter) {
    this.expression = expression;
    this.filter = filter;
  }

  String expression() {
    return expression;
  }

  Filter filter() {
    return filter;
  }

  boolean wants(Entry entry) {
    int slot = (int) entry.offset() & REMEMBERED - 1;
    if (offsets[slot] != entry.offset()) {
      offsets[slot] = entry.offset();
      wanted[slot] = filter.matches(entry.message());
    }
    return wanted[slot];
  }

  /** The room went on in another epoch: the same offsets are other messages. */
  void reset() {
    java.util.Arrays.fill(offsets, 0);
  }

  void join() {
    readers++;
  }

  /** True when the last reader has left. */
  boolean leave() {
    return --readers == 0;
  }
}
