package dev.carillon.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often each of a few things has happened on one shard. Counted by the shard alone, safe to
 * read by many threads, who see each figure a moment late.
 *
 * @param <E> the things
 */
public final class Counts<E extends Enum<E>> {
  private final AtomicLongArray counts;

  Counts(Class<E> things) {
    counts = new AtomicLongArray(things.getEnumConstants().length);
  }

  /** How often. */
  public long of(E thing) {
    return counts.get(thing.ordinal());
  }

  void count(E thing) {
    // One writer: an ordered store is enough.
    counts.lazySet(thing.ordinal(), counts.getPlain(thing.ordinal()) + 1);
  }
}
