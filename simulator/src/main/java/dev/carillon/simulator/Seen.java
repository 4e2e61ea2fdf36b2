package dev.carillon.simulator;

import dev.carillon.core.Explanation;
import dev.carillon.core.Explanation.Outcome;
import dev.carillon.wire.Range;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one session was told of one log of a room by one server, to hold that server's explanations
 * against. An invariant of its own: whoever got a message is not told that it was lost, and the
 * other way round.
 */
final class Seen {
  /** So many of its losses a server remembers at least. */
  private static final int REMEMBERED = 30;

  private final String session;
  private final SimulatedServer server;
  private final String epoch;
  private final Set<Long> got = new LinkedHashSet<>();
  private final List<Range> lost = new ArrayList<>();
  private final List<Range> skipped = new ArrayList<>();

  Seen(String session, SimulatedServer server, String epoch) {
    this.session = session;
    this.server = server;
    this.epoch = epoch;
  }

  boolean isOf(@Nullable String itsSession, SimulatedServer its, String itsEpoch) {
    return session.equals(itsSession) && server == its && epoch.equals(itsEpoch);
  }

  String epoch() {
    return epoch;
  }

  void got(long offset) {
    got.add(offset);
  }

  void lost(List<Range> ranges) {
    lost.addAll(ranges);
  }

  void skipped(List<Range> ranges) {
    skipped.addAll(ranges);
  }

  /**
   * What is wrong about an explanation; null when nothing is.
   *
   * @param reads whether the session reads the room now, and has come to its head
   */
  @Nullable String flaw(long offset, Explanation explained, boolean reads) {
    Outcome outcome = explained.outcome();
    Explanation.Reading reading = explained.reading();
    boolean here =
        reads
            && reading != null
            && reading.ended().equals("open")
            && reading.first() <= offset
            && offset <= reading.sent();
    if (here && outcome == Outcome.UNKNOWN && lost.size() < REMEMBERED) {
      return "it should know";
    }
    if (got.contains(offset)) {
      return fits(outcome, in(lost, offset)) ? null : "the session got it";
    }
    if (in(lost, offset)) {
      return switch (outcome) {
        case LOST, UNACKNOWLEDGED, UNKNOWN -> null;
        default -> "it was told a gap";
      };
    }
    if (in(skipped, offset)) {
      return outcome == Outcome.SKIPPED || outcome == Outcome.UNKNOWN
          ? null
          : "it was told to be skipped";
    }
    boolean claims =
        switch (outcome) {
          case DELIVERED -> true;
          case SENT, LOST, SKIPPED -> here;
          default -> false;
        };
    return claims ? "the session was told nothing of it" : null;
  }

  private static boolean fits(Outcome outcome, boolean lostAsWell) {
    return switch (outcome) {
      case DELIVERED, SENT, IN_DOUBT, UNACKNOWLEDGED, DEAD_LETTER, WAITING, UNKNOWN -> true;
      case LOST -> lostAsWell; // it came back from before it
      case SKIPPED, BEFORE, AFTER, AWAY, ENDED, REFUSED, NOT_JOINED, RESET, NOT_WRITTEN -> false;
    };
  }

  private static boolean in(List<Range> ranges, long offset) {
    return ranges.stream().anyMatch(range -> range.from() <= offset && offset <= range.to());
  }
}
