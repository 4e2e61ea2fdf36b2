package dev.carillon.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of offsets that one reader was told it does not get, with why and when: the newest of
 * them. Confined to the shard.
 */
final class HoleRing {
  /** Why a reader did not get something. */
  enum Why {
    /** Not meant for it. */
    SKIPPED,
    /** Retention had dropped it. */
    TRIMMED,
    /** A newer message of the same key stood for it. */
    CONFLATED,
    /** It was too far behind. */
    LAGGED,
    /** Never acknowledged, and moved to the dead letters. */
    DEAD_LETTER,
    /** Never acknowledged, and could not be moved there. */
    GIVEN_UP
  }

  /** One range, and when that was told. */
  record Hole(Why why, long at) {}

  /** What an empty one weighs, in bytes, with room for its first range. */
  static final int BYTES = 32 + 40;

  private static final Why[] WHYS = Why.values();
  private static final int WORDS = 3;
  private static final int WHY_BITS = 3;

  private final int most;

  /** Of each range its two ends, and the moment with the reason in its lowest bits. */
  private long[] words = new long[WORDS];

  private int count;
  private int oldest;
  private long forgotten;

  HoleRing(int most) {
    this.most = most;
  }

  /** Notes a range, in place of the oldest when it is full; says by how many bytes it has grown. */
  int add(Why why, long from, long to, long at) {
    if (count == most) {
      forgotten = Math.max(forgotten, words[oldest * WORDS + 1]);
      put(oldest, why, from, to, at);
      oldest = (oldest + 1) % most;
      return 0;
    }
    int before = words.length;
    if (count * WORDS == before) {
      words = Arrays.copyOf(words, Math.min(most, 2 * count) * WORDS);
    }
    put(count++, why, from, to, at);
    return (words.length - before) * Long.BYTES;
  }

  private void put(int place, Why why, long from, long to, long at) {
    words[place * WORDS] = from;
    words[place * WORDS + 1] = to;
    words[place * WORDS + 2] = at << WHY_BITS | why.ordinal();
  }

  /** The newest that holds an offset; null when none does. */
  @Nullable Hole at(long offset) {
    for (int i = count - 1; i >= 0; i--) {
      int place = (oldest + i) % count * WORDS;
      if (words[place] <= offset && offset <= words[place + 1]) {
        long told = words[place + 2];
        return new Hole(WHYS[(int) told & (1 << WHY_BITS) - 1], told >> WHY_BITS);
      }
    }
    return null;
  }

  /** Ranges up to this offset have been forgotten for want of room; 0 when none have. */
  long forgotten() {
    return forgotten;
  }

  int bytes() {
    return BYTES + (words.length - WORDS) * Long.BYTES;
  }
}
