package dev.carillon.core;

import dev.carillon.core.Explanation.Outcome;
import dev.carillon.core.spi.Broker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why somebody did or did not get a message: reads the message, asks each shard for what
 * it knows, and puts that together for each session.
 */
final class Explaining {
  /** So many sessions of one user are spoken of. */
  private static final int MOST_SESSIONS = 50;

  /** What a shard knows. */
  record Looked(List<Finding> findings, long droppedUntil) {}

  private final Node node;
  private final RoomName room;
  private final Consumer<Broker.Answer<Explained>> then;

  Explaining(Node node, RoomName room, Consumer<Broker.Answer<Explained>> then) {
    this.node = node;
    this.room = room;
    this.then = then;
  }

  /**
   * Begins.
   *
   * @param epoch what the offset belongs to, or null for the room's own
   * @param user whose sessions are asked about, or null for whoever has the session
   * @param session the only one that is asked about, or null
   */
  void begin(@Nullable Epoch epoch, long offset, @Nullable String user, @Nullable String session) {
    node.broker()
        .read(
            room,
            offset,
            1,
            1,
            answer -> {
              switch (answer) {
                case Broker.Answer.Failed<Broker.Page>(var problem) -> failed(problem);
                case Broker.Answer.Done<Broker.Page>(var page) ->
                    read(page, epoch, offset, user, session);
              }
            });
  }

  private void failed(Problem problem) {
    then.accept(new Broker.Answer.Failed<>(problem));
  }

  private void read(
      Broker.Page page,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String user,
      @Nullable String session) {
    Broker.Extent extent = page.extent();
    if (epoch == null && extent.head() == 0) {
      String words = "nothing has been published to room " + room + "; check its name";
      failed(new Problem(Problem.Reason.NO_SUCH_ROOM, words));
      return;
    }
    boolean current = epoch == null || epoch.equals(extent.epoch());
    Entry first = page.entries().isEmpty() ? null : page.entries().getFirst();
    Question asked =
        new Question(
            room,
            new Position(epoch == null ? extent.epoch() : epoch, offset),
            user,
            session,
            current && first != null && first.offset() == offset ? first : null,
            current ? extent : null);
    if (current && offset > extent.head()) {
      String words = "is not written yet: the room's head is " + extent.head();
      answer(asked, List.of(without(asked, Outcome.NOT_WRITTEN, words)));
    } else {
      node.look(asked, looked -> looked(asked, looked));
    }
  }

  private void looked(Question asked, List<Looked> looked) {
    long droppedUntil = 0;
    for (Looked each : looked) {
      droppedUntil = Math.max(droppedUntil, each.droppedUntil());
    }
    var reach = new SessionCase.Reach(node.started(), droppedUntil);
    Map<String, SessionCase> sessions = new LinkedHashMap<>();
    for (Looked each : looked) {
      for (Finding finding : each.findings()) {
        sessions
            .computeIfAbsent(finding.session(), id -> new SessionCase(asked, reach, id))
            .take(finding);
      }
    }
    List<SessionCase> all = List.copyOf(sessions.values());
    List<SessionCase> near = all.stream().filter(SessionCase::isOfTheRoom).toList();
    List<SessionCase> told = near.isEmpty() ? all : near;
    List<Explanation> explanations = new ArrayList<>();
    for (SessionCase each : told.subList(0, Math.min(MOST_SESSIONS, told.size()))) {
      explanations.add(each.explain());
    }
    if (explanations.isEmpty()) {
      explanations.add(nobody(asked, reach));
    }
    answer(asked, explanations);
  }

  private static Explanation nobody(Question asked, SessionCase.Reach reach) {
    String who =
        asked.session() == null
            ? "user " + asked.user() + ", of whom no session has been here "
            : "session " + asked.session() + ", which has not been here ";
    boolean all = reach.droppedUntil() == 0;
    Instant since = Instant.ofEpochMilli(all ? reach.started() : reach.droppedUntil());
    String words =
        all
            ? "was not sent to " + who + "since this server started, at " + since
            : "cannot be told of " + who + "since accounts were dropped, up to those of " + since;
    return without(asked, all ? Outcome.NOT_JOINED : Outcome.UNKNOWN, words);
  }

  private static Explanation without(Question asked, Outcome outcome, String words) {
    String sentence = "offset %d of %s %s.".formatted(asked.offset(), asked.room(), words);
    String user = asked.user() == null ? "" : asked.user();
    return new Explanation(user, asked.session(), outcome, sentence, null);
  }

  private void answer(Question asked, List<Explanation> explanations) {
    then.accept(new Broker.Answer.Done<>(new Explained(room, asked.position(), explanations)));
  }
}
