package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Explanation.Outcome;
import dev.carillon.core.spi.Broker;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is made of findings that a whole node seldom comes to; the others have tests of their own.
 */
class SessionCaseTests {
  private static final Epoch EPOCH = new Epoch(1, 1);
  private static final Epoch OTHER = new Epoch(2, 2);
  private static final RoomName ROOM = RoomName.of("a");
  private static final long STARTED = 1_000;

  private long droppedUntil;

  private String why(long offset, Finding... findings) {
    var asked =
        new Question(
            ROOM, new Position(EPOCH, offset), "ann", null, null, new Broker.Extent(EPOCH, 1, 50));
    var reach = new SessionCase.Reach(STARTED, droppedUntil);
    SessionCase its = new SessionCase(asked, reach, "s");
    for (Finding each : findings) {
      its.take(each);
    }
    Explanation explained = its.explain();
    assertThat(explained.session()).isEqualTo("s");
    assertThat(explained.user()).isEqualTo("ann");
    return explained.outcome().code()
        + ": "
        + explained.sentence().replaceAll("1970-01-01T00:00:(..)(\\.\\d+)?Z", "0:$1");
  }

  private static Finding.Stayed stay(
      Epoch epoch,
      long since,
      long first,
      long sent,
      Ending ending,
      Finding.@Nullable Judged judged) {
    String code = ending.kind().code();
    var reading = new Explanation.Reading(since, first, sent, code, since + 1000);
    return new Finding.Stayed(
        "s", "ann", 2_000, epoch, Stay.NOTHING_STATED, reading, ending, judged, null, "");
  }

  private static Finding.Present there(boolean joining, boolean wasIn, long awaySince) {
    return new Finding.Present("s", "ann", 2_000, joining, awaySince, awaySince + 5000, wasIn);
  }

  @Test
  void whoWaitsToBeLetInIsSaidToWait() {
    assertThat(why(5, there(true, false, 0)))
        .isEqualTo(
            "waiting: offset 5 of a waits for session s to be let into the room: its join is not"
                + " answered yet.");
  }

  @Test
  void whatLiesBetweenTwoStaysIsNotToldWhereOneBetweenThemIsForgotten() {
    Finding[] stays = {
      stay(EPOCH, 3000, 1, 4, Ending.LOST, null), stay(EPOCH, 9000, 9, 9, Ending.LEFT, null)
    };
    assertThat(why(5, stays)).startsWith("after: ");
    assertThat(why(5, stays[0], stays[1], new Finding.Forgotten("s", "ann", 3500)))
        .startsWith("after: ");
    assertThat(why(5, stays[0], stays[1], new Finding.Forgotten("s", "ann", 8000)))
        .isEqualTo(
            "unknown: offset 5 of a cannot be told of session s, which reads the room at 0:09 from"
                + " offset 9 on; of its stays in the room that ended up to 0:08 nothing is kept.");
  }

  @Test
  void whoseRightWasTakenOrWhoWasTakenUpSaysSo() {
    assertThat(why(5, stay(EPOCH, 3000, 1, 4, Ending.FORBIDDEN, null)))
        .isEqualTo(
            "after: offset 5 of a came after session s had been in the room: it lost the right to"
                + " read the room at 0:04, having been sent up to offset 4.");
    assertThat(why(5, stay(EPOCH, 3000, 1, 4, Ending.TAKEN_OVER, null), there(false, false, 0)))
        .isEqualTo(
            "away: offset 5 of a came when session s was away: another connection took it up at"
                + " 0:04, having been sent up to offset 4; it has come back, but has not joined the"
                + " room again.");
    assertThat(why(5, stay(EPOCH, 3000, 1, 4, Ending.ENDED, null)))
        .isEqualTo(
            "ended: offset 5 of a was not sent to session s, which is over: its client ended it at"
                + " 0:04, having been sent up to offset 4.");
  }

  @Test
  void whoGoesOnInAnotherLogSaysSo() {
    assertThat(why(5, stay(EPOCH, 3000, 1, 4, Ending.reset("failover"), null)))
        .isEqualTo(
            "reset: offset 5 of a was not sent to session s before a reset: the room went on in"
                + " another log at 0:04 (failover), having been sent up to offset 4.");
    assertThat(why(5, stay(OTHER, 3000, 1, 40, Ending.OPEN, null)))
        .isEqualTo(
            "reset: offset 5 of a is of a log of the room that session s is about to be told of; it"
                + " reads epoch 00000000000000020000000000000002.");
    assertThat(why(5, stay(OTHER, 3000, 1, 40, Ending.LEFT, null)))
        .startsWith("after: offset 5 of a came after session s had been in the room: it left");
  }

  @Test
  void whoIsAwaySinceBeforeTheServerStartedIsNotForgotten() {
    assertThat(why(5, there(false, true, 9000)))
        .isEqualTo(
            "away: offset 5 of a has not come to session s since it lost its connection at 0:09: it"
                + " can come back until 0:14, and what it had before is not remembered.");
  }

  @Test
  void whatIsNotRememberedIsSaidNotToBe() {
    Finding.Stayed now = stay(EPOCH, 3000, 9, 20, Ending.OPEN, null);
    assertThat(why(5, now)).startsWith("before: ");
    assertThat(why(5, new Finding.Forgotten("s", "ann", 2500), now))
        .isEqualTo(
            "unknown: offset 5 of a cannot be told of session s, which reads the room at 0:03 from"
                + " offset 9 on; of its stays in the room that ended up to 0:02 nothing is kept.");
    droppedUntil = 2_800;
    assertThat(why(5, now)).endsWith("; accounts of what ended up to 0:02 were dropped.");
    assertThat(why(5, there(false, false, 0)))
        .isEqualTo(
            "unknown: offset 5 of a cannot be told of session s, which is not in the room; accounts"
                + " of what ended up to 0:02 were dropped.");
    droppedUntil = 1_500;
    assertThat(why(5, now)).as("dropped before it came").startsWith("before: ");
    var old = new Finding.Present("s", "ann", 500, false, 0, 0, false);
    assertThat(why(5, old))
        .isEqualTo(
            "unknown: offset 5 of a cannot be told of session s, which is not in the room; it began"
                + " before this server started, at 0:01.");
  }

  @Test
  void whatWasToComeAgainAndCouldNotSaysBoth() {
    var sent = new Finding.Judged(Outcome.UNACKNOWLEDGED, "was sent to session s");
    var lost = new Finding.Judged(Outcome.LOST, "was lost to session s: it was trimmed");
    assertThat(
            why(
                5,
                stay(EPOCH, 3000, 1, 9, Ending.LOST, sent),
                stay(EPOCH, 5000, 1, 9, Ending.OPEN, lost)))
        .isEqualTo(
            "unacknowledged: offset 5 of a was sent to session s, and not acknowledged before its"
                + " connection was lost at 0:04; when it was to come again it was lost to session"
                + " s: it was trimmed.");
  }

  @Test
  void onlyTheNextStayOfWhoWasCutOffProvesThatItArrived() {
    var sent = new Finding.Judged(Outcome.SENT, "was sent to session s");
    Finding.Stayed back = stated(5000, 7);
    assertThat(why(5, stay(EPOCH, 3000, 1, 9, Ending.LOST, sent), back)).startsWith("delivered: ");
    assertThat(why(5, stay(EPOCH, 3000, 1, 9, Ending.LEFT, sent), back))
        .isEqualTo("sent: offset 5 of a was sent to session s; then it left at 0:04.");
    assertThat(why(5, stay(EPOCH, 3000, 1, 9, Ending.LOST, sent))).startsWith("in_doubt: ");
  }

  private static Finding.Stayed stated(long since, long seen) {
    var reading = new Explanation.Reading(since, seen + 1, 9, "open", 0);
    return new Finding.Stayed(
        "s", "ann", 2_000, EPOCH, seen, reading, Ending.OPEN, null, null, "soon");
  }

  @Test
  void ofManyRangesTheNewestAreRememberedAndWhatIsForgottenIsKnown() {
    HoleRing ring = new HoleRing(8);
    for (int i = 1; i <= 20; i++) {
      ring.add(HoleRing.Why.LAGGED, 10L * i, 10L * i + 3, 1_000_000_000_000L + i);
    }
    assertThat(ring.at(203)).isEqualTo(new HoleRing.Hole(HoleRing.Why.LAGGED, 1_000_000_000_020L));
    assertThat(ring.at(133)).isNotNull();
    assertThat(ring.at(204)).isNull();
    assertThat(ring.at(120)).isNull();
    assertThat(ring.forgotten()).isEqualTo(123);
    assertThat(ring.bytes()).isEqualTo(HoleRing.BYTES + 7 * 3 * 8);
    ring.add(HoleRing.Why.TRIMMED, 200, 300, 5);
    assertThat(List.of(ring.at(201), ring.at(250)))
        .containsOnly(new HoleRing.Hole(HoleRing.Why.TRIMMED, 5));
  }
}
