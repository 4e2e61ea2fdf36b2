package dev.carillon.protocol.carillon;

import dev.carillon.core.Call;
import dev.carillon.core.Entry;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Range;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.wire.Answer;
import dev.carillon.wire.DataType;
import dev.carillon.wire.GapReason;
import dev.carillon.wire.Level;
import dev.carillon.wire.Priority;
import dev.carillon.wire.Roster;
import dev.carillon.wire.Sender;
import dev.carillon.wire.ServerMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Core's values in the words of the wire. */
final class ToWire {
  private ToWire() {}

  static dev.carillon.wire.Payload payload(Payload payload) {
    DataType type =
        switch (payload.kind()) {
          case JSON -> DataType.JSON;
          case TEXT -> DataType.TEXT;
          case BINARY -> DataType.BINARY;
        };
    return new dev.carillon.wire.Payload(type, payload.bytes());
  }

  static dev.carillon.wire.Entry entry(Entry entry) {
    Message message = entry.message();
    Member sender = message.sender();
    return new dev.carillon.wire.Entry(
        entry.offset(),
        message.event(),
        message.id(),
        payload(message.payload()),
        sender == null ? null : new Sender(sender.session(), sender.user().id()),
        message.time(),
        message.key(),
        message.tags(),
        priority(message.priority()));
  }

  private static Priority priority(int priority) {
    return priority < 0 ? Priority.LOW : priority > 0 ? Priority.HIGH : Priority.NORMAL;
  }

  static dev.carillon.wire.Member member(Member member) {
    Payload state = member.state();
    return new dev.carillon.wire.Member(
        member.session(), member.user().id(), state == null ? null : payload(state));
  }

  static Roster roster(dev.carillon.core.Roster roster) {
    List<dev.carillon.wire.Member> told = new ArrayList<>(roster.members().size());
    for (Member member : roster.members()) {
      told.add(member(member));
    }
    return new Roster(told, roster.count(), roster.offset());
  }

  static @Nullable Roster rosterIfAny(dev.carillon.core.@Nullable Roster roster) {
    return roster == null ? null : roster(roster);
  }

  static List<dev.carillon.wire.Range> ranges(List<Range> ranges) {
    List<dev.carillon.wire.Range> told = new ArrayList<>(ranges.size());
    for (Range range : ranges) {
      told.add(new dev.carillon.wire.Range(range.from(), range.to()));
    }
    return told;
  }

  /** Core says lag where the wire says lagged; the others are the same words. */
  static String gapReason(String reason) {
    return reason.equals("lag") ? GapReason.LAGGED.code() : reason;
  }

  static dev.carillon.wire.Problem problem(Problem problem) {
    Problem.Reason reason = problem.reason();
    return new dev.carillon.wire.Problem(
        reason.code(),
        problem.detail(),
        reason.retryable(),
        problem.retryAfterMillis() == 0 ? null : problem.retryAfterMillis());
  }

  static ServerMessage.Call call(long number, Call call) {
    RoomName room = call.room();
    Member caller = call.caller();
    return new ServerMessage.Call(
        number,
        room == null ? null : room.value(),
        caller == null ? null : new Sender(caller.session(), caller.user().id()),
        call.event(),
        payload(call.payload()),
        call.timeoutMillis());
  }

  static Answer answer(Reply reply) {
    return switch (reply) {
      case Reply.Value(var payload) -> payload(payload);
      case Reply.Failure(var code, var message, var retryable, var retryAfter) ->
          new dev.carillon.wire.Problem(code, message, retryable, retryAfter);
    };
  }

  static Level level(Broker.Level level) {
    return switch (level) {
      case MEMORY -> Level.MEMORY;
      case REPLICATED -> Level.REPLICATED;
      case STORED -> Level.STORED;
    };
  }

  /** Milliseconds since 1970. */
  static @Nullable Long time(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  /** The wire has no oldest offset where nothing is retained. */
  static @Nullable Long oldest(long oldest, long head) {
    return oldest > head ? null : oldest;
  }
}
