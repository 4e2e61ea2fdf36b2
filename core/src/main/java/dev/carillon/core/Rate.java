package dev.carillon.core;

/** A bucket that fills at a steady rate and holds one second's worth. Confined to its owner. */
final class Rate {
  private static final long SECOND = 1000;

  private final int perSecond;

  /** In thousandths, so that whole numbers do. */
  private long level;

  private long filledAt;

  /**
   * A full bucket.
   *
   * @param perSecond 1 or more
   */
  Rate(int perSecond, long now) {
    this.perSecond = perSecond;
    this.level = perSecond * SECOND;
    this.filledAt = now;
  }

  /** Takes one; gives 0, or in how many milliseconds there will be one. */
  long take(long now) {
    fill(now);
    if (level >= SECOND) {
      level -= SECOND;
      return 0;
    }
    return Math.ceilDiv(SECOND - level, perSecond);
  }

  boolean isFull(long now) {
    fill(now);
    return level == perSecond * SECOND;
  }

  private void fill(long now) {
    long passed = Math.clamp(now - filledAt, 0, SECOND); // clocks are set back, too
    filledAt = now;
    level = Math.min(perSecond * SECOND, level + passed * perSecond);
  }
}
