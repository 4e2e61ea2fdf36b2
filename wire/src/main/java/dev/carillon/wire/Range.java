package dev.carillon.wire;

/**
 * A run of offsets, both ends included.
 *
 * @param from the first offset, at least 1
 * @param to the last offset, at least {@code from}
 */
public record Range(long from, long to) {
  public Range {
    Check.number("from", from, 1);
    Check.number("to", to, from);
  }
}
