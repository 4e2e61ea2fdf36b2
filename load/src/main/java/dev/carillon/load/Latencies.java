package dev.carillon.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How long something took, each time, to 1.6 %. Immutable. */
public final class Latencies {
  private final long[] counts;
  private final long count;
  private final double sum;
  private final long max;

  /**
   * How many took how long.
   *
   * @param upTo the longest among them
   * @param count how many, longer than the bar before
   */
  public record Bar(Duration upTo, long count) {}

  Latencies(long[] counts, double sum, long max) {
    this.counts = counts;
    this.count = Arrays.stream(counts).sum();
    this.sum = sum;
    this.max = max;
  }

  /** How many there were. */
  public long count() {
    return count;
  }

  /** The mean; zero when there were none. */
  public Duration mean() {
    return Duration.ofNanos(count == 0 ? 0 : Math.round(sum / count));
  }

  /** The longest; zero when there were none. */
  public Duration max() {
    return Duration.ofNanos(max);
  }

  /**
   * What this many percent did not exceed; zero when there were none.
   *
   * @param percent 0 to 100
   */
  public Duration percentile(double percent) {
    long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
    long seen = 0;
    for (int slot = 0; slot < counts.length; slot++) {
      seen += counts[slot];
      if (seen >= wanted) {
        return Duration.ofNanos(Math.min(max, Histogram.longest(slot)));
      }
    }
    return Duration.ofNanos(max);
  }

  /** How they are spread, without empty bars at the ends: each reaches twice as far as the last. */
  public List<Bar> bars() {
    var bars = new ArrayList<Bar>();
    long end = 1000;
    long inBar = 0;
    for (int slot = 0; slot < counts.length; slot++) {
      while (Histogram.longest(slot) > end) {
        add(bars, end, inBar);
        inBar = 0;
        end *= 2;
      }
      inBar += counts[slot];
    }
    add(bars, end, inBar);
    return List.copyOf(bars);
  }

  private static void add(List<Bar> bars, long end, long inBar) {
    if (inBar > 0 || !bars.isEmpty()) {
      bars.add(new Bar(Duration.ofNanos(end), inBar));
    }
  }
}
