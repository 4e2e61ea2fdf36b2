package dev.carillon.client.spi;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Growing delays with full jitter: 1 s first, times 1.5, at most 30 s. */
final class Backoff {
  private final RandomGenerator random;
  private int attempt;
  private int unreadable;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The delay before the next attempt, in milliseconds. */
  long next() {
    // Past 64 steps the limit was reached long ago, and the power would overflow some day.
    double grown = Rules.FIRST_DELAY * Math.pow(Rules.DELAY_FACTOR, Math.min(attempt, 64));
    attempt++;
    return (long) (random.nextDouble() * Math.min(Rules.LONGEST_DELAY, grown));
  }

  /**
   * The delay before what was refused is asked again, in milliseconds.
   *
   * @param asked how long the server wants it to be, or null for the next one
   */
  long rest(@Nullable Long asked) {
    long drawn = next();
    return Math.clamp(asked == null ? drawn : asked, Rules.SHORTEST_REST, Rules.LONGEST_SLOT);
  }

  /** Something unreadable came: an attempt that success does not take back. */
  void unreadable() {
    unreadable++;
    attempt = Math.max(attempt, unreadable);
  }

  /** The other side has behaved for long enough. */
  void trust() {
    unreadable = 0;
  }

  /** An attempt succeeded. */
  void reset() {
    attempt = unreadable;
  }
}
