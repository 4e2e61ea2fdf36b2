package dev.carillon.core;

import dev.carillon.core.Explanation.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one session and one message, put together. Confined to one thread. */
final class SessionCase {
  private final Question asked;
  private final Reach reach;
  private final String session;
  private final List<Finding.Stayed> stays = new ArrayList<>(1);
  private String user = "";
  private Finding.@Nullable Present present;
  private Finding.@Nullable Refused refused;
  private long forgottenUntil;

  /**
   * How far back the node remembers.
   *
   * @param started when it started, milliseconds since 1970
   * @param droppedUntil when the newest account ended that was dropped; 0 for none
   */
  record Reach(long started, long droppedUntil) {}

  SessionCase(Question asked, Reach reach, String session) {
    this.asked = asked;
    this.reach = reach;
    this.session = session;
  }

  void take(Finding finding) {
    user = finding.user();
    switch (finding) {
      case Finding.Stayed stayed -> stays.add(stayed);
      case Finding.Forgotten forgotten ->
          forgottenUntil = Math.max(forgottenUntil, forgotten.until());
      case Finding.Refused newest ->
          refused = refused == null || refused.at() < newest.at() ? newest : refused;
      case Finding.Present there -> present = there;
    }
  }

  /** Whether it has anything to do with the room. */
  boolean isOfTheRoom() {
    return !stays.isEmpty()
        || refused != null
        || present != null && (present.joining() || present.wasIn());
  }

  Explanation explain() {
    stays.sort(Comparator.comparingLong(stay -> stay.reading().since()));
    for (int i = stays.size() - 1; i >= 0; i--) {
      Finding.Judged judged = stays.get(i).judged();
      if (judged != null) {
        return switch (judged.outcome()) {
          case SENT -> sent(i, judged);
          case LOST -> lost(i, judged);
          default -> say(judged, stays.get(i));
        };
      }
    }
    Finding.Stayed before = null;
    for (Finding.Stayed stay : stays) {
      if (stay.epoch().equals(asked.position().epoch())) {
        if (stay.reading().first() > asked.offset()) {
          return missedUntil(before, stay);
        }
        before = stay;
      }
    }
    return before != null ? notReached(before) : neverNear();
  }

  // -- Sent --------------------------------------------------------------------------------------

  private Explanation sent(int index, Finding.Judged judged) {
    Finding.Stayed stay = stays.get(index);
    Finding.Stayed next = index + 1 < stays.size() ? stays.get(index + 1) : null;
    // Only who was cut off and comes back says by its position what it has got.
    if (next != null
        && stay.ending().leavesDoubt()
        && next.epoch().equals(stay.epoch())
        && next.stated() >= asked.offset()) {
      String words = "was delivered to session %s, whose client said so when it joined again at %s";
      return say(Outcome.DELIVERED, words.formatted(session, at(next.reading().since())), stay);
    }
    if (stay.isOpen()) {
      String words = "%s, which has read the room since %s from offset %d on";
      Explanation.Reading reading = stay.reading();
      return say(
          Outcome.SENT,
          words.formatted(judged.words(), at(reading.since()), reading.first()),
          stay);
    }
    if (stay.ending().leavesDoubt()) {
      String words = "%s; then %s, and nobody has said whether it arrived";
      return say(Outcome.IN_DOUBT, words.formatted(judged.words(), ended(stay)), stay);
    }
    return say(Outcome.SENT, judged.words() + "; then " + ended(stay), stay);
  }

  /** It may have got it when it was to come for the first time, or was in the room before. */
  private Explanation lost(int index, Finding.Judged judged) {
    for (int i = index - 1; i >= 0; i--) {
      Finding.Judged before = stays.get(i).judged();
      boolean arrived = !stays.get(i).ending().leavesDoubt(); // else it came back from before it
      if (before != null && before.outcome() == Outcome.SENT && arrived) {
        return sent(i, before);
      }
      if (before != null && before.outcome() == Outcome.UNACKNOWLEDGED) {
        String words =
            "was sent to session %s, and not acknowledged before %s; when it was to come again it"
                + " %s";
        return say(
            Outcome.UNACKNOWLEDGED,
            words.formatted(session, ended(stays.get(i)), judged.words()),
            stays.get(index));
      }
    }
    return say(judged, stays.get(index));
  }

  // -- Not sent ----------------------------------------------------------------------------------

  /** It was not in the room, or not in its log, until this stay began behind the message. */
  private Explanation missedUntil(Finding.@Nullable Stayed before, Finding.Stayed stay) {
    String begun =
        "at %s from offset %d on".formatted(at(stay.reading().since()), stay.reading().first());
    if (stay.stated() >= asked.offset()) {
      String words =
          "had come to session %s before it joined %s, as its client said; what came of it then is"
              + " not known here";
      return say(Outcome.UNKNOWN, words.formatted(session, begun), stay);
    }
    String between = before == null ? null : forgottenSince(before.reading().endedAt() + 1);
    if (between != null) {
      return say(
          Outcome.UNKNOWN,
          "cannot be told of session %s, which reads the room %s; %s"
              .formatted(session, begun, between),
          stay);
    }
    if (before != null) {
      String words =
          "came while session %s was not in the room: %s, having been sent up to offset %d, and it"
              + " joined again %s";
      return say(
          Outcome.AFTER,
          words.formatted(session, ended(before), before.reading().sent(), begun),
          stay);
    }
    if (stay.stated() == Stay.RESET) {
      String words =
          "was passed over for session %s by a reset: it had been in another log of the room, and"
              + " went on %s";
      return say(Outcome.RESET, words.formatted(session, begun), stay);
    }
    String blind = blind(stay.began());
    if (blind != null) {
      return say(
          Outcome.UNKNOWN,
          "cannot be told of session " + session + ", which reads the room " + begun + "; " + blind,
          stay);
    }
    return say(
        Outcome.BEFORE,
        "stood in the room before session %s joined it %s".formatted(session, begun),
        stay);
  }

  /** It was in the room, and had not come to the message. */
  private Explanation notReached(Finding.Stayed stay) {
    String upTo = ", having been sent up to offset " + stay.reading().sent();
    return switch (stay.ending().kind()) {
      case OPEN -> waiting(stay);
      case RESET ->
          say(
              Outcome.RESET,
              "was not sent to session %s before a reset: %s%s"
                  .formatted(session, ended(stay), upTo),
              stay);
      case LEFT, EXPELLED, FORBIDDEN ->
          say(
              Outcome.AFTER,
              "came after session %s had been in the room: %s%s"
                  .formatted(session, ended(stay), upTo),
              stay);
      case ENDED, REMOVED ->
          say(
              Outcome.ENDED,
              "was not sent to session %s, which is over: %s%s"
                  .formatted(session, ended(stay), upTo),
              stay);
      case LOST, LAGGED, TAKEN_OVER -> away(stay, upTo);
    };
  }

  private Explanation waiting(Finding.Stayed stay) {
    Account.Owed owed = stay.owed();
    if (owed != null && owed.attempt() > 1) {
      String words =
          "waits to be sent to session %s until offset %d is acknowledged, of which this is"
              + " delivery %d of %d";
      return say(
          Outcome.WAITING,
          words.formatted(session, owed.settled() + 1, owed.attempt(), owed.most()),
          stay);
    }
    String words = "waits to be sent to session %s, which has been sent up to offset %d: %s";
    return say(
        Outcome.WAITING, words.formatted(session, stay.reading().sent(), stay.waits()), stay);
  }

  private Explanation away(Finding.Stayed stay, String upTo) {
    String words = "came when session %s was away: %s%s; %s";
    Finding.Present there = present;
    if (there == null) {
      String over = "nobody came back for the session in time, and it is over";
      return say(Outcome.ENDED, words.formatted(session, ended(stay), upTo, over), stay);
    }
    String since =
        there.isAway()
            ? "it has not come back, and can until " + at(there.awayUntil())
            : "it has come back, but has not joined the room again";
    return say(Outcome.AWAY, words.formatted(session, ended(stay), upTo, since), stay);
  }

  // -- Not in that log ---------------------------------------------------------------------------

  private Explanation neverNear() {
    if (!stays.isEmpty()) {
      return inAnotherLog(stays.getLast());
    }
    Finding.Present there = present;
    if (there != null && there.joining()) {
      String words = "waits for session %s to be let into the room: its join is not answered yet";
      return say(Outcome.WAITING, words.formatted(session), null);
    }
    Finding.Refused no = refused;
    if (no != null) {
      String words = "was not for session %s, whose join was refused at %s: %s";
      return say(
          Outcome.REFUSED, words.formatted(session, at(no.at()), no.problem().detail()), null);
    }
    if (there != null && there.wasIn()) {
      String words =
          "has not come to session %s since it lost its connection at %s: it can come back until"
              + " %s, and what it had before is not remembered";
      return say(
          Outcome.AWAY,
          words.formatted(session, at(there.awaySince()), at(there.awayUntil())),
          null);
    }
    String blind = there == null ? null : blind(there.began());
    if (blind != null) {
      String words = "cannot be told of session %s, which is not in the room; %s";
      return say(Outcome.UNKNOWN, words.formatted(session, blind), null);
    }
    String words = "was not for session %s, which has not joined the room";
    return say(Outcome.NOT_JOINED, words.formatted(session), null);
  }

  private Explanation inAnotherLog(Finding.Stayed last) {
    if (last.isOpen()) {
      String words =
          asked.extent() == null
              ? "is of a log of the room that session %s has not read; it reads epoch %s"
              : "is of a log of the room that session %s is about to be told of; it reads epoch %s";
      return say(Outcome.RESET, words.formatted(session, last.epoch()), last);
    }
    return asked.extent() == null
        ? say(
            Outcome.UNKNOWN,
            "is of a log of the room in which nothing of session %s is remembered"
                .formatted(session),
            last)
        : notReached(last);
  }

  // -- Words -------------------------------------------------------------------------------------

  /** Why a session may have done more than is remembered; null when it has not. */
  private @Nullable String blind(long began) {
    if (forgottenUntil == 0 && began < reach.started()) {
      return "it began before this server started, at " + at(reach.started());
    }
    return forgottenSince(forgottenUntil > 0 ? 0 : began);
  }

  /** Which stays that ended at this time or later are forgotten; null when none are. */
  private @Nullable String forgottenSince(long ended) {
    if (forgottenUntil > 0 && forgottenUntil >= ended) {
      return "of its stays in the room that ended up to " + at(forgottenUntil) + " nothing is kept";
    }
    return reach.droppedUntil() < Math.max(1, ended)
        ? null
        : "accounts of what ended up to " + at(reach.droppedUntil()) + " were dropped";
  }

  private static String ended(Finding.Stayed stay) {
    String at = " at " + at(stay.reading().endedAt());
    Ending ending = stay.ending();
    String said = ending.words().isEmpty() ? "" : " (" + ending.words() + ")";
    return switch (ending.kind()) {
      case OPEN -> "it is still there";
      case LEFT -> "it left" + at;
      case EXPELLED -> "the server took it out of the room" + at + said;
      case FORBIDDEN -> "it lost the right to read the room" + at;
      case LOST -> "its connection was lost" + at;
      case LAGGED -> "its connection was closed, as it was too far behind," + at;
      case TAKEN_OVER -> "another connection took it up" + at;
      case ENDED -> "its client ended it" + at;
      case REMOVED -> "the server ended it" + at + said;
      case RESET -> "the room went on in another log" + at + said;
    };
  }

  private static String at(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private Explanation say(Finding.Judged judged, Finding.Stayed stay) {
    return say(judged.outcome(), judged.words(), stay);
  }

  private Explanation say(Outcome outcome, String words, Finding.@Nullable Stayed stay) {
    String sentence = "offset %d of %s %s.".formatted(asked.offset(), asked.room(), words);
    return new Explanation(user, session, outcome, sentence, stay == null ? null : stay.reading());
  }
}
