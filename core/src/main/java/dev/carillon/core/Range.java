package dev.carillon.core;

/**
 * A run of offsets.
 *
 * @param from the first offset
 * @param to the last offset, inclusive
 */
public record Range(long from, long to) {
  public Range {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException("range " + from + ".." + to + " is empty or below 1");
    }
  }

  /** How many offsets the run has. */
  public long size() {
    return to - from + 1;
  }
}
