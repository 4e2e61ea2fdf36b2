package dev.carillon.protocol.carillon;

import dev.carillon.core.Acks;
import dev.carillon.core.Audience;
import dev.carillon.core.Call;
import dev.carillon.core.Draft;
import dev.carillon.core.Epoch;
import dev.carillon.core.From;
import dev.carillon.core.HistoryOptions;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.Wildcard;
import dev.carillon.wire.Answer;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Order;
import dev.carillon.wire.Outcome;
import dev.carillon.wire.Problem;
import dev.carillon.wire.PublishId;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Start;
import dev.carillon.wire.Target;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages as core's commands. What this server does not offer is refused, never taken
 * and forgotten. Confined to the shard.
 */
final class Commands {
  /** Stands for every epoch that was not given by a server of this kind. */
  static final Epoch NO_EPOCH = new Epoch(0, 0);

  private static final int USUAL_HISTORY = 100;
  private static final int MAX_EVENT_CHARS = 200;

  private final Session session;
  private final Replies replies;
  private final Answers answers;

  /** The room of the last command: most clients name the same one again and again. */
  private @Nullable RoomName last;

  Commands(Session session, Replies replies, Answers answers) {
    this.session = session;
    this.replies = replies;
    this.answers = answers;
  }

  /** Has the client told where quiet rooms end. */
  void heads() {
    session.heads();
  }

  void take(ClientMessage message) {
    switch (message) {
      case ClientMessage.Publish publish -> publish(publish);
      case ClientMessage.Join join -> join(join);
      case ClientMessage.Leave(var id, var room) -> leave(id, room);
      case ClientMessage.History history -> history(history);
      case ClientMessage.Members(var id, var room) -> {
        RoomName name = room(id, room);
        if (name != null) {
          session.members(id, name);
        }
      }
      case ClientMessage.Ping(var id) -> replies.send(new ServerMessage.Pong(id, replies.now()));
      case ClientMessage.Connect connect ->
          replies.error(
              connect.id(), null, ErrorCode.ALREADY_CONNECTED, ErrorCode.ALREADY_CONNECTED.words());
      case ClientMessage.Ack(var room, var epoch, var offset, var subscription) -> {
        RoomName name = room(0, room);
        if (name != null) {
          session.ack(name, epoch(epoch), offset, subscription);
        }
      }
      case ClientMessage.Nack(var room, var epoch, var offset, var subscription, var reason) -> {
        RoomName name = room(0, room);
        if (name != null) {
          session.nack(name, epoch(epoch), offset, subscription, reason);
        }
      }
      case ClientMessage.State(var id, var room, var state) -> {
        RoomName name = room(id, room);
        if (name != null) {
          session.state(id, name, state == null ? null : payload(state));
        }
      }
      case ClientMessage.Call call -> call(call);
      case ClientMessage.Reply(var id, var answer) -> session.reply(id, reply(answer));
      case ClientMessage.Refresh refresh -> replies.refresh(refresh);
    }
  }

  private void unsupported(long id, @Nullable String room, String what) {
    replies.error(id, room, ErrorCode.UNSUPPORTED, "this server does not offer " + what);
  }

  /** The room of that name, or null when there is none and the client was told. */
  private @Nullable RoomName room(long id, String name) {
    RoomName room = find(name);
    if (room == null) {
      replies.error(id, null, ErrorCode.BAD_ROOM_NAME, String.valueOf(RoomName.flaw(name)));
    }
    return room;
  }

  private @Nullable RoomName find(String name) {
    RoomName known = last;
    if (known != null && known.value().equals(name)) {
      return known;
    }
    RoomName inbox = name.startsWith("$") ? RoomName.inbox(name) : null;
    if (inbox == null && RoomName.flaw(name) != null) {
      return null;
    }
    RoomName made = inbox == null ? RoomName.of(name) : inbox;
    last = made;
    return made;
  }

  /** The wildcard of that text, or null when it is none and the client was told. */
  private @Nullable Wildcard wildcard(long id, String text) {
    String flaw = Wildcard.flaw(text);
    if (flaw != null) {
      replies.error(id, null, ErrorCode.BAD_ROOM_NAME, flaw);
      return null;
    }
    return Wildcard.of(text);
  }

  private void joinMatching(ClientMessage.Join join) {
    Wildcard wildcard = wildcard(join.id(), join.room());
    if (wildcard == null) {
      return;
    }
    if (join.name() != null || join.ack()) {
      unsupported(join.id(), join.room(), "acknowledgement of what a wildcard matches");
    } else if (join.start() instanceof Start.From) {
      String words = "a position is one room's; join that room itself from there";
      replies.error(join.id(), join.room(), ErrorCode.BAD_POSITION, words);
    } else {
      session.joinMatching(join.id(), wildcard, options(join, null));
    }
  }

  private void leave(long id, String room) {
    if (Wildcard.isMeant(room)) {
      Wildcard wildcard = wildcard(id, room);
      if (wildcard != null) {
        session.leaveMatching(id, wildcard);
      }
      return;
    }
    RoomName name = room(id, room);
    if (name != null) {
      session.leave(id, name);
    }
  }

  private void join(ClientMessage.Join join) {
    if (Wildcard.isMeant(join.room())) {
      joinMatching(join);
      return;
    }
    RoomName room = room(join.id(), join.room());
    if (room == null) {
      return;
    }
    String subscription = join.name();
    Acks acks = subscription != null ? new Acks(subscription) : join.ack() ? Acks.OF_SESSION : null;
    answers.joining(join.id(), room, join.start() != null || subscription != null);
    session.join(join.id(), room, options(join, acks));
  }

  private static JoinOptions options(ClientMessage.Join join, @Nullable Acks acks) {
    From from = from(join.start(), new From.Now());
    return new JoinOptions(from, join.presence(), join.filter(), acks);
  }

  private static @Nullable Epoch epoch(@Nullable String said) {
    Epoch epoch = said == null ? null : Epoch.parse(said);
    return said != null && epoch == null ? NO_EPOCH : epoch;
  }

  private static From from(@Nullable Start start, From otherwise) {
    return switch (start) {
      case null -> otherwise;
      case Start.Last(long count) -> new From.Last((int) Math.min(count, Integer.MAX_VALUE));
      case Start.Since(long time) -> new From.Since(time);
      case Start.From(var position) -> {
        Epoch epoch = Epoch.parse(position.epoch());
        yield new From.After(new Position(epoch == null ? NO_EPOCH : epoch, position.offset()));
      }
    };
  }

  private void history(ClientMessage.History history) {
    RoomName room = room(history.id(), history.room());
    if (room == null) {
      return;
    }
    Long wanted = history.limit();
    int limit = (int) Math.min(wanted == null ? usual(history.start()) : wanted, max());
    boolean newest = history.order() == Order.NEWEST;
    From start = from(history.start(), new From.Since(0));
    HistoryOptions options = new HistoryOptions(start, limit, newest, history.compact());
    session.history(history.id(), room, options);
  }

  private static long usual(@Nullable Start start) {
    return start instanceof Start.Last(long count) ? count : USUAL_HISTORY;
  }

  private static long max() {
    return CarillonConversation.MAX_HISTORY;
  }

  private void publish(ClientMessage.Publish publish) {
    RoomName room =
        switch (publish.target()) {
          case Target.Room(String name) -> find(name);
          case Target.User(String user) -> user.isEmpty() ? null : RoomName.ofUser(user);
          case Target.Session(String id) -> id.isEmpty() ? null : RoomName.ofSession(id);
          case Target.Global global -> RoomName.GLOBAL;
        };
    if (room == null) {
      String flaw =
          publish.target() instanceof Target.Room(String name)
              ? String.valueOf(RoomName.flaw(name))
              : "the user or session to publish to has no name";
      reject(publish, null, ErrorCode.BAD_ROOM_NAME, flaw);
      return;
    }
    String name = room.value();
    String flaw = eventFlaw(publish.event());
    if (flaw != null) {
      reject(publish, name, ErrorCode.BAD_MESSAGE, flaw);
      return;
    }
    Draft.Stamp stamp;
    try {
      stamp = stamp(publish);
    } catch (IllegalArgumentException flawed) {
      reject(publish, name, ErrorCode.BAD_MESSAGE, String.valueOf(flawed.getMessage()));
      return;
    }
    Audience audience;
    try {
      audience = publish.filter() == null ? null : Audience.of(publish.filter());
    } catch (IllegalArgumentException flawed) {
      reject(publish, name, ErrorCode.BAD_FILTER, String.valueOf(flawed.getMessage()));
      return;
    }
    publish(publish.id(), room, draft(publish, audience, stamp), publish.countReaders());
  }

  private void publish(long id, RoomName room, Draft draft, boolean countReaders) {
    if (countReaders) {
      session.publishCounting(id, room, draft);
    } else {
      session.publish(id, room, draft);
    }
  }

  private void call(ClientMessage.Call call) {
    String name = call.room();
    RoomName room = name == null ? null : room(call.id(), name);
    if (name != null && room == null) {
      return;
    }
    String flaw = eventFlaw(call.event());
    if (flaw != null) {
      replies.error(call.id(), name, ErrorCode.BAD_MESSAGE, flaw);
      return;
    }
    Long wanted = call.timeout();
    long timeout = wanted == null ? Call.USUAL_TIMEOUT.toMillis() : wanted;
    Payload asked = payload(call.payload());
    session.call(call.id(), room, call.member(), call.event(), asked, timeout);
  }

  private static @Nullable String eventFlaw(@Nullable String event) {
    return event == null || event.length() <= MAX_EVENT_CHARS
        ? null
        : "event has " + event.length() + " characters, at most " + MAX_EVENT_CHARS;
  }

  private static Reply reply(Answer answer) {
    return switch (answer) {
      case dev.carillon.wire.Payload data -> new Reply.Value(payload(data));
      case Problem(var code, var message, var retryable, var retryAfter) ->
          new Reply.Failure(shortened(code), shortened(message), retryable, retryAfter);
    };
  }

  /** What a client says to another about its failure does not get longer than a sentence. */
  private static String shortened(String words) {
    return words.length() <= MAX_EVENT_CHARS ? words : words.substring(0, MAX_EVENT_CHARS);
  }

  private static Payload payload(dev.carillon.wire.Payload data) {
    Payload.Kind kind =
        switch (data.type()) {
          case JSON -> Payload.Kind.JSON;
          case TEXT -> Payload.Kind.TEXT;
          case BINARY -> Payload.Kind.BINARY;
        };
    return new Payload(kind, data.bytes());
  }

  private static Draft.@Nullable Stamp stamp(ClientMessage.Publish publish) {
    PublishId id = publish.publishId();
    if (id != null) {
      return new Draft.Stamp(id.publisher(), id.incarnation(), id.sequence(), id.previous());
    }
    return publish.messageId() == null ? null : Draft.Stamp.once(publish.messageId());
  }

  private static Draft draft(
      ClientMessage.Publish publish, @Nullable Audience audience, Draft.@Nullable Stamp stamp) {
    Long ttl = publish.ttl();
    return new Draft(
        publish.event(),
        payload(publish.payload()),
        publish.tags(),
        publish.key(),
        switch (publish.priority()) {
          case LOW -> -1;
          case NORMAL -> 0;
          case HIGH -> 1;
        },
        ttl == null ? 0 : ttl,
        publish.echo(),
        audience,
        stamp);
  }

  private void reject(
      ClientMessage.Publish publish, @Nullable String room, ErrorCode code, String words) {
    Problem problem = Problem.of(code, words);
    replies.send(
        publish.id() == 0
            ? new ServerMessage.Error(0, room, problem)
            : new ServerMessage.Rejected(publish.id(), room, Outcome.NOT_APPLIED, problem, null));
  }
}
