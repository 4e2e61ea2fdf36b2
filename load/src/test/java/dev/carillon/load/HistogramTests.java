package dev.carillon.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HistogramTests {
  @Test
  void percentilesAreTrueToTwoPercent() {
    var histogram = new Histogram();
    for (int i = 1; i <= 100_000; i++) {
      histogram.record(i * 1000L);
    }
    Latencies latencies = histogram.latencies();

    assertThat(latencies.count()).isEqualTo(100_000);
    assertThat(latencies.mean().toNanos()).isCloseTo(50_000_500, within(1L));
    assertThat(latencies.max()).isEqualTo(Duration.ofMillis(100));
    for (double percent : new double[] {1, 50, 90, 99, 99.9}) {
      assertThat(latencies.percentile(percent).toNanos())
          .isCloseTo((long) (percent * 1_000_000), Percentage.withPercentage(2));
    }
    assertThat(latencies.percentile(100)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void everyTimeHasASlotThatReachesToIt() {
    var random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      long nanos = random.nextLong() >>> 1 + random.nextInt(63);
      var histogram = new Histogram();
      histogram.record(nanos);
      Latencies latencies = histogram.latencies();

      assertThat(latencies.percentile(50).toNanos()).isEqualTo(nanos);
      assertThat(latencies.bars().getLast().upTo().toNanos()).isGreaterThanOrEqualTo(nanos);
    }
  }

  @Test
  void barsAddUp() {
    var histogram = new Histogram();
    for (long nanos : new long[] {0, 900, 1_100, 5_000_000, 5_100_000}) {
      histogram.record(nanos);
    }
    var bars = histogram.latencies().bars();

    assertThat(bars.stream().mapToLong(Latencies.Bar::count).sum()).isEqualTo(5);
    assertThat(bars.getFirst()).isEqualTo(new Latencies.Bar(Duration.ofNanos(1000), 2));
  }

  @Test
  void nothingRecordedIsZero() {
    Latencies none = new Histogram().latencies();

    assertThat(none.mean()).isZero();
    assertThat(none.percentile(99)).isZero();
    assertThat(none.bars()).isEmpty();
  }
}
