package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One session's part in calls: what it asks, and what it is asked. Confined to its shard. */
final class SessionCalls {
  private final Session session;
  private final Set<Long> open = new LinkedHashSet<>(4);
  private final Asked asked = new Asked();

  SessionCalls(Session session) {
    this.session = session;
  }

  /** The numbers of the calls that it has made and that are not done. */
  Set<Long> open() {
    return open;
  }

  void make(
      long ref,
      @Nullable RoomName room,
      @Nullable String member,
      String event,
      Payload payload,
      long timeoutMillis) {
    Problem flaw = flaw(room, member, payload, timeoutMillis);
    if (flaw != null) {
      session.tell(new Notice.Replied(ref, Reply.of(flaw)));
      return;
    }
    Call call = new Call(room, session.self(), event, payload, timeoutMillis);
    session.shard().calls().ask(session, ref, member, call);
  }

  private @Nullable Problem flaw(
      @Nullable RoomName room, @Nullable String member, Payload payload, long timeoutMillis) {
    long longest = Call.MAX_TIMEOUT.toMillis();
    if (timeoutMillis < 1 || timeoutMillis > longest) {
      return new Problem(
          Problem.Reason.BAD_MESSAGE,
          "timeout is %d ms, must be 1 to %d".formatted(timeoutMillis, longest));
    }
    if (open.size() >= Calls.MAX_OPEN) {
      return new Problem(
          Problem.Reason.OVERLOADED,
          Calls.MAX_OPEN + " calls of this session are open; wait for an answer");
    }
    if (room != null) {
      return flawIn(room, member, payload);
    }
    return member == null
        ? null
        : new Problem(
            Problem.Reason.BAD_MESSAGE, "a call to a member names the room that both are in");
  }

  private @Nullable Problem flawIn(RoomName room, @Nullable String member, Payload payload) {
    if (member != null && !session.memberships().isIn(room)) {
      return new Problem(Problem.Reason.NOT_JOINED, "room " + room + " has not been joined");
    }
    if (!session.permissions().mayPublish(room)) {
      return new Problem(Problem.Reason.FORBIDDEN, "not permitted to call in room " + room);
    }
    int most = session.shard().policies().of(room).limits().maxMessageBytes();
    int max = member == null ? most : Math.min(most, Call.MAX_CLIENT_BYTES);
    if (payload.size() > max) {
      return new Problem(
          Problem.Reason.TOO_LARGE,
          "a call of %d bytes is over the limit of %d".formatted(payload.size(), max));
    }
    return null;
  }

  /** Somebody asks this session. */
  void ask(Call call, Consumer<Reply> then) {
    RoomName room = call.room();
    if (call.caller() != null && (room == null || !session.memberships().isIn(room))) {
      then.accept(Reply.of(Problem.Reason.NO_SUCH_MEMBER, "that session is not in the room"));
      return;
    }
    Shard shard = session.shard();
    long number = shard.calls().nextNumber();
    Reply refusal = asked.take(number, call, shard.now(), then);
    if (refusal == null) {
      session.tell(new Notice.Called(number, call));
    } else {
      then.accept(refusal);
    }
  }

  /** The client has answered. */
  void answer(long number, Reply reply) {
    asked.answered(number, reply);
  }

  /** The session is gone: it waits for nothing, and answers nothing. */
  void gone() {
    session.shard().calls().forget(open);
    asked.gone();
  }
}
