package dev.carillon.core;

import dev.carillon.core.Explanation.Outcome;
import dev.carillon.core.spi.Broker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why did somebody get a message, or not: what is asked, and what the room says of the message.
 * Immutable.
 *
 * @param user whose sessions are asked about, or null for whoever has the session
 * @param session the only one that is asked about, or null for all of the user's
 * @param entry the message, or null where it is not retained
 * @param extent what the log held, or null when the position is of another one
 */
record Question(
    RoomName room,
    Position position,
    @Nullable String user,
    @Nullable String session,
    @Nullable Entry entry,
    Broker.@Nullable Extent extent) {
  boolean isAbout(String itsSession, String itsUser) {
    return (user == null || user.equals(itsUser))
        && (session == null || session.equals(itsSession));
  }

  long offset() {
    return position.offset();
  }

  /** What a stay says of the message. Called on the stay's own shard. */
  Finding.Stayed judge(Account account) {
    Stay stay = account.stay();
    boolean here = account.epoch().equals(position.epoch()) && account.covers(offset());
    return new Finding.Stayed(
        account.session(),
        account.user().id(),
        account.began(),
        account.epoch(),
        stay.stated(),
        new Explanation.Reading(
            stay.since(),
            stay.first(),
            account.sent(),
            account.ending().kind().code(),
            account.ending().kind() == Ending.Kind.OPEN ? 0 : account.at()),
        account.ending(),
        here ? judged(account) : null,
        account.owed(),
        account.waits());
  }

  private Finding.Judged judged(Account account) {
    Stay stay = account.stay();
    HoleRing.Hole hole = stay.hole(offset());
    if (hole != null && hole.why() != HoleRing.Why.SKIPPED) {
      return lost(account, hole);
    }
    String why = notMeant(account);
    boolean kept = account.keptFrom() > 0 && offset() >= account.keptFrom();
    if (hole != null || kept || why != null && stay.forgotSkipsAt(offset())) {
      return skipped(account, why);
    }
    if (stay.forgotLossesAt(offset())) {
      String words = "came to session %s or was lost to it: what it lost so far back is forgotten";
      return new Finding.Judged(Outcome.UNKNOWN, words.formatted(account.session()));
    }
    if (stay.forgotSkipsAt(offset()) && (entry == null || entry.message().ttlMillis() > 0)) {
      String words =
          "came to session %s or was not meant for it: so far back that is forgotten, and %s";
      String rest = entry == null ? "the message is no longer retained" : "it has expired since";
      return new Finding.Judged(Outcome.UNKNOWN, words.formatted(account.session(), rest));
    }
    return sent(account);
  }

  private static Finding.Judged lost(Account account, HoleRing.Hole hole) {
    String who = "session " + account.session();
    String gap = ", which was told as a gap at " + Instant.ofEpochMilli(hole.at());
    String vain = "was sent to " + who + " as often as the room tries, never acknowledged, and ";
    return switch (hole.why()) {
      case TRIMMED ->
          new Finding.Judged(
              Outcome.LOST,
              "was lost to " + who + ": retention had dropped it before its turn came" + gap);
      case CONFLATED ->
          new Finding.Judged(
              Outcome.LOST,
              "was lost to "
                  + who
                  + ": a newer message of the same key stood for it while the session was behind"
                  + gap);
      case LAGGED ->
          new Finding.Judged(
              Outcome.LOST,
              "was lost to "
                  + who
                  + ": it was too far behind, and was moved to the room's head"
                  + gap);
      case DEAD_LETTER ->
          new Finding.Judged(
              Outcome.DEAD_LETTER,
              vain + "went to the dead letters at " + Instant.ofEpochMilli(hole.at()));
      case GIVEN_UP ->
          new Finding.Judged(
              Outcome.DEAD_LETTER,
              vain
                  + "was given up at "
                  + Instant.ofEpochMilli(hole.at())
                  + " without a dead letter: it was not retained any more, or is one itself");
      case SKIPPED -> throw new IllegalStateException("what was skipped is not lost");
    };
  }

  private Finding.Judged skipped(Account account, @Nullable String why) {
    String reason = why;
    if (reason == null && entry == null) {
      reason =
          "by which of its filter, its publisher's filter, its echo and its age cannot be told any"
              + " more, as the message is no longer retained";
    } else if (reason == null) {
      reason = "it had expired, %d ms after it was published";
      reason = reason.formatted(entry == null ? 0 : entry.message().ttlMillis());
    }
    return new Finding.Judged(
        Outcome.SKIPPED, "was not meant for session " + account.session() + ": " + reason);
  }

  /** Why the message was not for that reader, whenever it came; null when nothing says so. */
  private @Nullable String notMeant(Account account) {
    if (entry == null) {
      return null;
    }
    Message message = entry.message();
    Account.Wish wish = account.wish();
    Member sender = message.sender();
    if (wish != null && !wish.filter().matches(message)) {
      return "its filter, " + wish.expression() + ", does not match the message's tags";
    }
    if (!message.echo() && sender != null && sender.session().equals(account.session())) {
      return "it published the message itself, and wanted no echo";
    }
    Audience audience = message.audience();
    return audience == null || audience.includes(account.user())
        ? null
        : "it was published for readers of whom " + audience + " holds";
  }

  private Finding.Judged sent(Account account) {
    Account.Owed owed = account.owed();
    String to = " to session " + account.session();
    if (owed == null) {
      return new Finding.Judged(Outcome.SENT, "was sent" + to);
    }
    if (offset() <= owed.settled()) {
      return new Finding.Judged(
          Outcome.DELIVERED, "was delivered" + to + ", which acknowledged it");
    }
    return new Finding.Judged(
        Outcome.UNACKNOWLEDGED, "was sent" + to + unacknowledged(account, owed));
  }

  private String unacknowledged(Account account, Account.Owed owed) {
    long lowest = owed.settled() + 1;
    if (account.ending().kind() == Ending.Kind.OPEN) {
      String words =
          offset() == lowest
              ? ", which has not acknowledged it; this is delivery %2$d of %3$d"
              : owed.attempt() == 1
                  ? ", which has acknowledged everything below offset %d"
                  : ", and comes again when offset %d is acknowledged, of which this is delivery"
                      + " %d of %d";
      return words.formatted(lowest, owed.attempt(), owed.most());
    }
    String again =
        owed.subscription() == null
            ? "; it comes again when the session comes back"
            : "; it comes again to whoever reads for the subscription " + owed.subscription();
    return ", which had acknowledged everything up to offset " + owed.settled() + again;
  }
}
