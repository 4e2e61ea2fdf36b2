package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.spi.Arrival;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class AdmissionTests {
  /** Somebody at the door, again and again until it is let in. */
  private record Caller(Arrival arrival, long at, int times) {}

  private record Entry(Arrival arrival, long at, int times) {}

  @Test
  void asManyAsBeginInASecondAreLetInAtOnceAndHalfOfThatIsKeptForWhoReturns() {
    Admission door = new Admission(100, 0);

    assertThat(letIn(door, Arrival.NEW, 200, 0)).isEqualTo(50);
    assertThat(letIn(door, Arrival.RETURNING, 200, 0)).isEqualTo(50);
    assertThat(door.admitted().of(Arrival.NEW)).isEqualTo(50);
    assertThat(door.refused().of(Arrival.RETURNING)).isEqualTo(150);
  }

  @Test
  void whoeverIsRefusedIsToldHowLongToWait() {
    Admission door = new Admission(100, 0);
    letIn(door, Arrival.RETURNING, 100, 0);

    Problem first = door.refusal(Arrival.RETURNING, 0, false);
    Problem second = door.refusal(Arrival.RETURNING, 0, false);

    assertThat(first).isNotNull();
    assertThat(first.reason()).isEqualTo(Problem.Reason.OVERLOADED);
    assertThat(first.detail()).contains("come back in " + first.retryAfterMillis() + " ms");
    assertThat(second).isNotNull();
    assertThat(second.retryAfterMillis()).isEqualTo(first.retryAfterMillis() + 10);
  }

  @Test
  void inAStormEverybodyComesInAtTheTimeToldAndWhoReturnsComesFirst() {
    List<Entry> entries = storm(new Admission(1000, 0), 5000, 5000);

    assertThat(entries).hasSize(10_000);
    // Who came before most of those who return was told too early a time, and comes once more.
    assertThat(entries)
        .allMatch(entry -> entry.times() <= (entry.arrival() == Arrival.RETURNING ? 2 : 3));
    long lastBack = last(entries, Arrival.RETURNING);
    assertThat(lastBack).isBetween(4000L, 4500L);
    assertThat(entries)
        .filteredOn(entry -> entry.arrival() == Arrival.NEW)
        .noneMatch(entry -> entry.at() > 0 && entry.at() <= lastBack);
    // 10,000 of which 1,000 at once, the rest 1,000 a second, and half a second for the reserve.
    assertThat(last(entries, Arrival.NEW)).isBetween(9000L, 10_000L);
  }

  @Test
  void neverMoreAreLetInThanItsRateAllows() {
    List<Entry> entries = storm(new Admission(1000, 0), 3000, 3000);

    for (long second = 1; second < 6; second++) {
      long from = second * 1000;
      assertThat(entries)
          .filteredOn(entry -> entry.at() >= from && entry.at() < from + 1000)
          .hasSizeLessThanOrEqualTo(1500);
    }
  }

  @Test
  void nobodyNewIsLetInWhileMemoryIsShort() {
    Admission door = new Admission(100, 0);

    assertThat(door.refusal(Arrival.NEW, 0, true)).isNotNull();
    assertThat(door.refusal(Arrival.RETURNING, 0, true)).isNull();
  }

  @Test
  void aRateOfLessThanOneLetsOneInAfterAnother() {
    Admission door = new Admission(0.5, 0);

    assertThat(letIn(door, Arrival.NEW, 3, 0)).isEqualTo(1);
    assertThat(letIn(door, Arrival.NEW, 3, 1900)).isZero();
    assertThat(letIn(door, Arrival.NEW, 3, 2000)).isEqualTo(1);
  }

  @Test
  void aClockThatIsSetBackKeepsNobodyOut() {
    Admission door = new Admission(10, 1_000_000);
    letIn(door, Arrival.RETURNING, 100, 1_000_000);

    Problem later = door.refusal(Arrival.RETURNING, 5, false);

    assertThat(later).isNotNull();
    assertThat(later.retryAfterMillis()).isLessThanOrEqualTo(200);
    assertThat(door.refusal(Arrival.RETURNING, 205, false)).isNull();
  }

  private static int letIn(Admission door, Arrival arrival, int callers, long now) {
    int in = 0;
    for (int i = 0; i < callers; i++) {
      in += door.refusal(arrival, now, false) == null ? 1 : 0;
    }
    return in;
  }

  /** All come at the same moment, new ones and others in turn, and again when they are told to. */
  private static List<Entry> storm(Admission door, int back, int fresh) {
    var waiting = new PriorityQueue<Caller>(Comparator.comparingLong(Caller::at));
    for (int i = 0; i < Math.max(back, fresh); i++) {
      if (i < fresh) {
        waiting.add(new Caller(Arrival.NEW, 0, 1));
      }
      if (i < back) {
        waiting.add(new Caller(Arrival.RETURNING, 0, 1));
      }
    }
    List<Entry> entries = new ArrayList<>();
    Caller next;
    while ((next = waiting.poll()) != null && next.times() < 50) {
      Problem full = door.refusal(next.arrival(), next.at(), false);
      if (full == null) {
        entries.add(new Entry(next.arrival(), next.at(), next.times()));
      } else {
        waiting.add(
            new Caller(next.arrival(), next.at() + full.retryAfterMillis(), next.times() + 1));
      }
    }
    return entries;
  }

  private static long last(List<Entry> entries, Arrival arrival) {
    return entries.stream()
        .filter(entry -> entry.arrival() == arrival)
        .mapToLong(Entry::at)
        .max()
        .orElseThrow();
  }
}
