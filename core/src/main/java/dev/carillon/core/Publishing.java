package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one session publishes: whether it may, how fast, and how much of it waits for an answer.
 * Confined to the session's shard.
 */
final class Publishing {
  /** From so many rooms on, those in which the session has been silent are forgotten. */
  private static final int RATES_KEPT = 64;

  private final Session session;
  private @Nullable Map<RoomName, Rate> rates;
  private int pending;
  private boolean paused;

  Publishing(Session session) {
    this.session = session;
  }

  /** Publishes; answered by {@link Notice.Published} or {@link Notice.Rejected}. */
  void publish(long ref, RoomName room, Draft draft, boolean countReaders) {
    Problem problem = flaw(room, draft);
    if (problem != null) {
      session.tell(new Notice.Rejected(ref, room, false, problem));
      return;
    }
    Shard shard = session.shard();
    if (++pending >= shard.settings().maxPendingPublishes() && !paused) {
      paused = true;
      session.outlet().pauseReading(true);
    }
    Gate gate = shard.gate();
    if (gate == Gate.OPEN) {
      append(ref, room, draft, countReaders);
    } else {
      gate.judge(
          session.self(),
          room,
          draft,
          verdict -> shard.post(() -> judged(ref, room, verdict, countReaders)));
    }
  }

  private @Nullable Problem flaw(RoomName room, Draft draft) {
    if (!session.permissions().mayPublish(room)) {
      return new Problem(Problem.Reason.FORBIDDEN, "not permitted to publish to room " + room);
    }
    RoomPolicy.Limits limits = session.shard().policies().of(room).limits();
    if (draft.payload().size() > limits.maxMessageBytes()) {
      return new Problem(
          Problem.Reason.TOO_LARGE,
          "a payload of %d bytes is over the room's limit of %d"
              .formatted(draft.payload().size(), limits.maxMessageBytes()));
    }
    Draft.Stamp stamp = draft.stamp();
    if (stamp != null && stamp.isOfNode()) {
      String words = "publisher begins with a tab, as the server's own names do; choose another";
      return new Problem(Problem.Reason.BAD_MESSAGE, words);
    }
    return limits.maxRate() == 0 ? null : tooFast(room, limits.maxRate());
  }

  private @Nullable Problem tooFast(RoomName room, int maxRate) {
    Map<RoomName, Rate> known = rates == null ? new LinkedHashMap<>(2) : rates;
    rates = known;
    long now = session.shard().now();
    if (known.size() >= RATES_KEPT && !known.containsKey(room)) {
      known.values().removeIf(rate -> rate.isFull(now));
    }
    long wait = known.computeIfAbsent(room, absent -> new Rate(maxRate, now)).take(now);
    if (wait == 0) {
      return null;
    }
    return new Problem(
        Problem.Reason.RATE_LIMITED,
        "room %s takes at most %d messages a second from one session".formatted(room, maxRate),
        wait);
  }

  private void judged(long ref, RoomName room, Gate.Verdict verdict, boolean countReaders) {
    switch (verdict) {
      case Gate.Verdict.Pass(var draft) -> append(ref, room, draft, countReaders);
      case Gate.Verdict.Refuse(var problem) ->
          answered(ref, room, new Broker.Appended.Failed(false, problem), null);
    }
  }

  private void append(long ref, RoomName room, Draft draft, boolean countReaders) {
    Shard shard = session.shard();
    Draft.Stamp stamp = draft.stamp();
    String id = stamp == null ? shard.newId() : stamp.messageId();
    Broker.Append append = new Broker.Append(draft, id, session.self(), shard.now());
    shard.publish(
        room,
        append,
        (result, readers) -> answered(ref, room, result, countReaders ? readers : null));
  }

  private void answered(
      long ref, RoomName room, Broker.Appended result, @Nullable Integer readers) {
    pending--;
    Shard shard = session.shard();
    shard.publishes().count(PublishOutcome.of(result));
    if (paused && !session.isClosed() && pending <= shard.settings().maxPendingPublishes() / 2) {
      paused = false;
      session.outlet().pauseReading(false);
    }
    switch (result) {
      case Broker.Appended.Stored(var position, var level, var duplicate) ->
          session.tell(new Notice.Published(ref, room, position, level, duplicate, readers));
      case Broker.Appended.Failed(var inDoubt, var problem) ->
          session.tell(new Notice.Rejected(ref, room, inDoubt, problem));
    }
  }
}
