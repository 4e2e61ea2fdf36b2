package dev.carillon.protocol.carillon;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Epoch;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Notice;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.GoodbyeReason;
import dev.carillon.wire.Outcome;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What core tells a session, in the wire's messages. The changes of who is in a room have a log of
 * their own, {@code $presence/{room}}; what is lost there is told under that name. Confined to the
 * shard.
 */
final class Answers {
  private final Replies replies;

  /** Joins that wait for their answer, by room. */
  private final Map<RoomName, Join> joining = new HashMap<>(2);

  /**
   * A join that waits.
   *
   * @param started whether it said where to begin, and so is told what follows
   */
  private record Join(long id, boolean started, List<ServerMessage> held) {}

  Answers(Replies replies) {
    this.replies = replies;
  }

  /** A join is on its way to core. */
  void joining(long id, RoomName room, boolean started) {
    joining.putIfAbsent(room, new Join(id, started, new ArrayList<>(0)));
  }

  void tell(Notice notice) {
    switch (notice) {
      case Notice.Joined joined -> joined(joined);
      case Notice.Resumed resumed -> resumed(resumed);
      case Notice.Reset reset -> reset(reset);
      case Notice.Gap gap -> gap(gap);
      case Notice.Skipped(var room, var ranges) ->
          replies.send(new ServerMessage.Skipped(room.value(), ToWire.ranges(ranges)));
      case Notice.Rewind(var room, var to, var attempt, var subscription) ->
          replies.send(new ServerMessage.Rewind(room.value(), to, attempt, subscription));
      case Notice.Stale(var room, var since) ->
          replies.send(new ServerMessage.Stale(room.value(), since));
      case Notice.Heads(var rooms) -> {
        Map<String, Long> heads = new LinkedHashMap<>(rooms.size());
        rooms.forEach((room, head) -> heads.put(room.value(), head));
        replies.send(new ServerMessage.Heads(heads));
      }
      case Notice.Left(var id, var room, var reason) -> {
        joining.remove(room);
        replies.send(new ServerMessage.Left(id, room.value(), reason));
      }
      case Notice.Published published -> published(published);
      case Notice.Rejected rejected -> rejected(rejected);
      case Notice.Refused refused -> refused(refused);
      case Notice.History history -> history(history);
      case Notice.Members(var id, var room, var roster) ->
          replies.send(new ServerMessage.Members(id, room.value(), ToWire.roster(roster)));
      case Notice.Done(var id, var room) -> {
        if (id != 0) {
          replies.send(new ServerMessage.Done(id));
        }
      }
      case Notice.Called(var number, var call) -> replies.send(ToWire.call(number, call));
      case Notice.Replied(var id, var reply) ->
          replies.send(new ServerMessage.Reply(id, ToWire.answer(reply)));
      case Notice.Goodbye(var reason, var retryAfter) ->
          replies.send(new ServerMessage.Goodbye(goodbyeReason(reason), retryAfter, null));
    }
  }

  /** Core says it in words, the wire in one. */
  private static String goodbyeReason(String reason) {
    GoodbyeReason known =
        reason.equals(Disconnect.RESTARTING.words())
            ? GoodbyeReason.RESTART
            : reason.equals(Disconnect.TRY_LATER.words())
                ? GoodbyeReason.OVERLOADED
                : GoodbyeReason.SHUTDOWN;
    return known.code();
  }

  private void joined(Notice.Joined joined) {
    Join join = joining.remove(joined.room());
    String room = joined.room().value();
    String epoch = joined.head().epoch().toString();
    long head = joined.head().offset();
    replies.send(
        new ServerMessage.Joined(
            joined.ref(),
            room,
            epoch,
            head,
            ToWire.oldest(joined.oldest(), head),
            ToWire.rosterIfAny(joined.roster())));
    sendHeld(join);
    if (joined.next() <= head || join != null && join.started()) {
      replies.send(new ServerMessage.Resumed(joined.ref(), room, epoch, joined.next(), head));
    }
  }

  private void resumed(Notice.Resumed resumed) {
    Join join = joining.remove(resumed.room());
    String room = resumed.room().value();
    String epoch = resumed.epoch().toString();
    replies.send(
        new ServerMessage.Joined(
            resumed.ref(),
            room,
            epoch,
            resumed.to(),
            ToWire.oldest(resumed.oldest(), resumed.to()),
            ToWire.rosterIfAny(resumed.roster())));
    sendHeld(join);
    replies.send(
        new ServerMessage.Resumed(resumed.ref(), room, epoch, resumed.from(), resumed.to()));
  }

  /** Answers a join or a read of history that stated a position, or tells of the room itself. */
  private void reset(Notice.Reset reset) {
    RoomName room = reset.room();
    Position head = reset.head();
    Join join = joining.get(room);
    Long oldest = ToWire.oldest(reset.oldest(), head.offset());
    if (join != null && join.id() == reset.ref()) {
      joining.remove(room);
      replies.send(
          new ServerMessage.Joined(
              reset.ref(),
              room.value(),
              head.epoch().toString(),
              head.offset(),
              oldest,
              ToWire.rosterIfAny(reset.roster())));
    } else if (reset.ref() != 0) {
      replies.error(
          reset.ref(),
          room.value(),
          ErrorCode.EPOCH_CHANGED,
          "the position belongs to another epoch than the room's, which is " + head.epoch());
      return;
    }
    Epoch old = reset.old();
    replies.send(
        new ServerMessage.Reset(
            room.value(),
            old == null || old.equals(Commands.NO_EPOCH) ? null : old.toString(),
            head.epoch().toString(),
            head.offset(),
            oldest,
            resetReason(reset.reason())));
  }

  /** Core's words with the wire's underscores. */
  private static String resetReason(String reason) {
    return reason.equals("position-ahead") ? "ahead" : reason.replace('-', '_');
  }

  /** A loss told before its join was answered waits for that, so that it has a room to be in. */
  private void gap(Notice.Gap gap) {
    ServerMessage message =
        new ServerMessage.Gap(
            gap.room().value(),
            gap.epoch().toString(),
            ToWire.ranges(gap.ranges()),
            ToWire.gapReason(gap.reason()));
    Join join = joining.get(gap.room());
    if (join == null) {
      replies.send(message);
    } else {
      join.held().add(message);
    }
  }

  private void sendHeld(@Nullable Join join) {
    if (join != null) {
      join.held().forEach(replies::send);
    }
  }

  private void published(Notice.Published published) {
    if (published.ref() != 0) { // without an id nobody waits for it
      replies.send(
          new ServerMessage.Published(
              published.ref(),
              published.room().value(),
              published.position().epoch().toString(),
              published.position().offset(),
              ToWire.level(published.level()),
              published.duplicate(),
              published.readers() == null ? null : published.readers().longValue()));
    }
  }

  private void rejected(Notice.Rejected rejected) {
    String room = rejected.room().value();
    dev.carillon.wire.Problem problem = ToWire.problem(rejected.problem());
    replies.send(
        rejected.ref() == 0
            ? new ServerMessage.Error(0, room, problem)
            : new ServerMessage.Rejected(
                rejected.ref(),
                room,
                rejected.inDoubt() ? Outcome.UNKNOWN : Outcome.NOT_APPLIED,
                problem,
                null));
  }

  private void refused(Notice.Refused refused) {
    RoomName room = refused.room();
    Join join = room == null ? null : joining.get(room);
    if (join != null && join.id() == refused.ref()) {
      joining.remove(room);
    }
    replies.send(
        new ServerMessage.Error(
            refused.ref(), room == null ? null : room.value(), ToWire.problem(refused.problem())));
  }

  private void history(Notice.History history) {
    List<dev.carillon.wire.Entry> messages = new ArrayList<>(history.entries().size());
    history.entries().forEach(entry -> messages.add(ToWire.entry(entry)));
    long head = history.extent().head();
    replies.send(
        new ServerMessage.History(
            history.ref(),
            history.room().value(),
            history.extent().epoch().toString(),
            messages,
            head,
            ToWire.oldest(history.extent().oldest(), head),
            history.more()));
  }
}
