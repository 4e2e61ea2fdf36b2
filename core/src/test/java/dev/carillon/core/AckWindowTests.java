package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AckWindowTests {
  private static final AckPolicy POLICY = new AckPolicy(Duration.ofSeconds(1), 3, 4, null);

  private final AckWindow window = new AckWindow(POLICY, 10, 0, 0);

  @Test
  void soManyAreSentAheadAndNoMore() {
    assertThat(window.room()).isEqualTo(4);
    window.sent(11, 14, 0);
    assertThat(window.room()).isEqualTo(1);
    window.sent(14, 15, 0);
    assertThat(window.room()).isZero();
    assertThat(window.ack(12, 5)).isTrue();
    assertThat(window.room()).isEqualTo(2);
    assertThat(window.acked()).isEqualTo(12);
    assertThat(window.lowest()).isEqualTo(13);
  }

  @Test
  void whatWasNotMeantForTheReaderNeedsNoAcknowledgement() {
    window.sent(11, 12, 0);
    window.sent(15, 16, 0);
    window.passedOver(20, 0);
    assertThat(window.acked()).isEqualTo(10);
    window.ack(11, 0);
    assertThat(window.acked()).as("12 to 14 were passed over").isEqualTo(14);
    window.ack(15, 0);
    assertThat(window.acked()).isEqualTo(20);
    assertThat(window.lowest()).isNull();
  }

  @Test
  void whatWasLostIsNotSettledBeforeSomethingBehindItIsAcknowledged() {
    window.sent(11, 12, 0);
    window.lost(12, 20);
    window.ack(11, 0);
    assertThat(window.acked()).isEqualTo(11);
    window.sent(21, 23, 0);
    assertThat(window.acked()).as("nobody knows that it was heard of").isEqualTo(11);
    window.ack(21, 0);
    assertThat(window.acked()).isEqualTo(21);
    window.ack(22, 0);
    window.passedOver(30, 0);
    assertThat(window.acked()).as("what was lost is over").isEqualTo(30);
  }

  @Test
  void theLowestIsDueWhenNothingWasSettledForLong() {
    assertThat(window.isDue(10_000)).as("nothing was sent").isFalse();
    window.sent(11, 13, 0);
    assertThat(window.isDue(999)).isFalse();
    window.ack(11, 900);
    assertThat(window.isDue(1899)).isFalse();
    window.ack(11, 1800);
    assertThat(window.isDue(1900)).as("the same again settles nothing").isTrue();
  }

  @Test
  void afterAFailureOnlyTheLowestIsSentUntilItIsSettled() {
    window.sent(11, 15, 0);
    assertThat(window.failed(1000)).isTrue();
    assertThat(window.acked()).isEqualTo(10);
    assertThat(window.room()).isEqualTo(1);
    window.sent(11, 12, 1000);
    assertThat(window.room()).isZero();
    window.ack(11, 1500);
    assertThat(window.failures()).isZero();
    assertThat(window.room()).isEqualTo(4);
  }

  @Test
  void theLastFailureGivesTheLowestUpAndLeavesTheOthers() {
    window.sent(11, 13, 0);
    window.failed(1000);
    window.sent(11, 12, 1000);
    window.failed(2000);
    window.sent(11, 12, 2000);
    assertThat(window.failed(3000)).isFalse();
    window.giveUp(11, 3000);
    assertThat(window.acked()).isEqualTo(11);
    assertThat(window.failures()).isZero();
    assertThat(window.lowest()).isNull();
  }

  @Test
  void anAcknowledgementOfWhatIsAboutToComeAgainCountsAllTheSame() {
    window.sent(11, 15, 0);
    window.failed(1000);
    window.ack(13, 1001);
    assertThat(window.acked()).isEqualTo(13);
    window.sent(11, 15, 1002); // it was announced, so it comes
    assertThat(window.acked()).isEqualTo(13);
    assertThat(window.lowest()).isEqualTo(14);
    assertThat(window.room()).isEqualTo(3);
  }

  @Test
  void whatWasNeverSentIsKnown() {
    assertThat(window.wasSent(10)).isTrue();
    assertThat(window.wasSent(11)).isFalse();
    window.sent(11, 13, 0);
    window.failed(1000);
    assertThat(window.wasSent(12)).isTrue();
    assertThat(window.wasSent(13)).isFalse();
    assertThat(new AckWindow(POLICY, 10, 0, 30).wasSent(30)).as("by another one").isTrue();
  }

  @Test
  void whateverComesItIsWhatASimpleListSays() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      var real = new AckWindow(new AckPolicy(Duration.ofSeconds(1), 1000, 50, null), 0, 0, 0);
      var pending = new TreeSet<Long>();
      long next = 1;
      long passed = 0;
      long floor = 0;
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            long end = next + Math.min(real.room(), random.nextInt(5));
            if (end > next) {
              real.sent(next, end, step);
              for (; next < end; next++) {
                if (next > floor) {
                  pending.add(next);
                }
              }
            }
          }
          case 1 -> {
            next += random.nextInt(3);
            real.passedOver(next - 1, step);
          }
          case 2 -> {
            long offset = Math.max(floor, passed - random.nextInt(4));
            real.ack(offset, step);
            floor = Math.max(floor, offset);
            pending.headSet(offset, true).clear();
          }
          default -> {
            if (!pending.isEmpty() && random.nextInt(8) == 0) {
              real.failed(step);
              next = real.acked() + 1;
              pending.clear();
            }
          }
        }
        passed = Math.max(passed, next - 1);
        long settled = pending.isEmpty() ? Math.max(next - 1, floor) : pending.first() - 1;
        assertThat(real.acked()).as("seed %d, step %d", seed, step).isEqualTo(settled);
      }
    }
  }
}
