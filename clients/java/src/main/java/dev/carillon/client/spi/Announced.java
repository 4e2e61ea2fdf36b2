package dev.carillon.client.spi;

import dev.carillon.wire.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ranges that were announced as never to come, ahead of the reader. */
final class Announced {
  private final List<Range> ranges = new ArrayList<>();

  void clear() {
    ranges.clear();
  }

  /** Adds ranges; beyond {@link Rules#ANNOUNCED} the farthest are forgotten. */
  void add(List<Range> more) {
    ranges.addAll(more);
    ranges.sort(Comparator.comparingLong(Range::from));
    if (ranges.size() > Rules.ANNOUNCED) {
      ranges.subList(Rules.ANNOUNCED, ranges.size()).clear();
    }
  }

  /** Steps over what lies at {@code expected}, and returns the first offset that can still come. */
  long pass(long expected) {
    long next = expected;
    int passed = 0;
    for (Range range : ranges) {
      if (range.from() > next) {
        break;
      }
      next = Math.max(next, range.to() + 1);
      passed++;
    }
    ranges.subList(0, passed).clear();
    return next;
  }

  /** What of {@code ranges} lies at or behind {@code expected}. */
  static List<Range> news(List<Range> ranges, long expected) {
    if (ranges.isEmpty() || ranges.getFirst().from() >= expected) {
      return ranges;
    }
    List<Range> news = new ArrayList<>();
    for (Range range : ranges) {
      if (range.to() >= expected) {
        news.add(new Range(Math.max(range.from(), expected), range.to()));
      }
    }
    return news;
  }
}
