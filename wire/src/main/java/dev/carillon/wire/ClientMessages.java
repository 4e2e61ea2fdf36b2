package dev.carillon.wire;

import org.jspecify.annotations.Nullable;

/** What a client says, made out of fields and written as fields. */
final class ClientMessages {
  private ClientMessages() {}

  static ClientMessage read(ClientOp op, Fields f) {
    return switch (op) {
      case CONNECT -> connect(f);
      case JOIN ->
          new ClientMessage.Join(
              f.id(),
              f.string(Key.ROOM),
              Parts.start(f),
              f.flag(Key.PRESENCE, false),
              f.optionalString(Key.FILTER),
              f.optionalString(Key.NAME),
              f.flag(Key.ACK, false));
      case LEAVE -> new ClientMessage.Leave(f.id(), f.string(Key.ROOM));
      case PUBLISH -> publish(f);
      case ACK ->
          new ClientMessage.Ack(
              f.string(Key.ROOM),
              f.optionalEpoch(Key.EPOCH),
              f.number(Key.OFFSET, 0),
              f.optionalString(Key.NAME));
      case NACK ->
          new ClientMessage.Nack(
              f.string(Key.ROOM),
              f.optionalEpoch(Key.EPOCH),
              f.number(Key.OFFSET, 1),
              f.optionalString(Key.NAME),
              f.optionalString(Key.REASON));
      case HISTORY -> history(f);
      case MEMBERS -> new ClientMessage.Members(f.number(Key.ID, 1), f.string(Key.ROOM));
      case STATE -> new ClientMessage.State(f.id(), f.string(Key.ROOM), f.optionalPayload());
      case CALL ->
          new ClientMessage.Call(
              f.number(Key.ID, 1),
              f.optionalString(Key.ROOM),
              f.optionalString(Key.MEMBER),
              f.string(Key.EVENT),
              f.payload(),
              f.optionalNumber(Key.TIMEOUT, 0));
      case REPLY -> new ClientMessage.Reply(f.number(Key.ID, 1), Parts.answer(f));
      case REFRESH -> new ClientMessage.Refresh(f.id(), new Secret(f.string(Key.TOKEN)));
      case PING -> new ClientMessage.Ping(f.id());
    };
  }

  private static ClientMessage connect(Fields f) {
    Fields client = f.object(Key.CLIENT);
    ClientName name =
        client == null
            ? null
            : new ClientName(client.string(Key.NAME), client.optionalString(Key.VERSION));
    return new ClientMessage.Connect(
        f.id(),
        f.optionalSecret(Key.TOKEN),
        f.optionalSecret(Key.RESUME),
        name,
        f.optionalNumber(Key.HEARTBEAT, 0));
  }

  private static ClientMessage history(Fields f) {
    return new ClientMessage.History(
        f.number(Key.ID, 1),
        f.string(Key.ROOM),
        Parts.start(f),
        f.optionalNumber(Key.LIMIT, 1),
        f.oneOf(Key.ORDER, Names.ORDER_TABLE, Names.ORDERS, Order.OLDEST),
        f.flag(Key.COMPACT, false));
  }

  private static ClientMessage publish(Fields f) {
    return new ClientMessage.Publish(
        f.id(),
        target(f),
        f.optionalString(Key.EVENT),
        f.payload(),
        publishId(f),
        f.optionalString(Key.MESSAGE_ID),
        f.optionalString(Key.KEY),
        Parts.tags(f),
        Parts.priority(f),
        f.optionalNumber(Key.TTL, 0),
        f.flag(Key.ECHO, true),
        f.optionalString(Key.FILTER),
        f.flag(Key.READERS, false));
  }

  private static Target target(Fields f) {
    boolean global = f.flag(Key.GLOBAL, false);
    Key named = null;
    if (f.has(Key.ROOM)) {
      named = Key.ROOM;
    }
    named = other(f, named, Key.USER);
    named = other(f, named, Key.SESSION);
    if (global) {
      if (named != null) {
        throw f.refused(Refusal.CONFLICT, Key.GLOBAL);
      }
      return new Target.Global();
    }
    if (named == null || named == Key.ROOM) {
      return new Target.Room(f.string(Key.ROOM));
    }
    return named == Key.USER
        ? new Target.User(f.string(Key.USER))
        : new Target.Session(f.string(Key.SESSION));
  }

  private static @Nullable Key other(Fields f, @Nullable Key named, Key key) {
    if (!f.has(key)) {
      return named;
    }
    if (named != null) {
      throw f.refused(Refusal.CONFLICT, key);
    }
    return key;
  }

  private static @Nullable PublishId publishId(Fields f) {
    if (!f.has(Key.PUBLISHER)) {
      for (Key key : PUBLISH_ID) {
        if (f.has(key)) {
          throw f.refused(Refusal.MISSING_FIELD, Key.PUBLISHER);
        }
      }
      return null;
    }
    if (f.has(Key.MESSAGE_ID)) {
      throw f.refused(Refusal.CONFLICT, Key.MESSAGE_ID);
    }
    long sequence = f.number(Key.SEQUENCE, 1);
    long previous = f.has(Key.PREVIOUS) ? f.number(Key.PREVIOUS, 0) : sequence - 1;
    if (previous >= sequence) {
      throw f.refused(Refusal.OUT_OF_RANGE, Key.PREVIOUS);
    }
    return new PublishId(f.string(Key.PUBLISHER), f.number(Key.INCARNATION, 0), sequence, previous);
  }

  private static final Key[] PUBLISH_ID = {Key.INCARNATION, Key.SEQUENCE, Key.PREVIOUS};

  static void write(ClientMessage message, Emitter e) {
    switch (message) {
      case ClientMessage.Connect m -> {
        e.begin(ClientOp.CONNECT.code(), m.id());
        e.optional(Key.TOKEN, m.token());
        e.optional(Key.RESUME, m.resume());
        if (m.client() instanceof ClientName client) {
          e.openObject(Key.CLIENT);
          e.string(Key.NAME, client.name());
          e.optional(Key.VERSION, client.version());
          e.close();
        }
        e.optional(Key.HEARTBEAT, m.heartbeat());
      }
      case ClientMessage.Join m -> {
        e.begin(ClientOp.JOIN.code(), m.id());
        e.string(Key.ROOM, m.room());
        start(m.start(), e);
        e.whenTrue(Key.PRESENCE, m.presence());
        e.optional(Key.FILTER, m.filter());
        e.optional(Key.NAME, m.name());
        e.whenTrue(Key.ACK, m.ack());
      }
      case ClientMessage.Leave m -> {
        e.begin(ClientOp.LEAVE.code(), m.id());
        e.string(Key.ROOM, m.room());
      }
      case ClientMessage.Publish m -> publish(m, e);
      case ClientMessage.Ack m -> {
        e.begin(ClientOp.ACK.code(), 0);
        e.string(Key.ROOM, m.room());
        e.optional(Key.EPOCH, m.epoch());
        e.number(Key.OFFSET, m.offset());
        e.optional(Key.NAME, m.name());
      }
      case ClientMessage.Nack m -> {
        e.begin(ClientOp.NACK.code(), 0);
        e.string(Key.ROOM, m.room());
        e.optional(Key.EPOCH, m.epoch());
        e.number(Key.OFFSET, m.offset());
        e.optional(Key.NAME, m.name());
        e.optional(Key.REASON, m.reason());
      }
      case ClientMessage.History m -> history(m, e);
      case ClientMessage.Members m -> {
        e.begin(ClientOp.MEMBERS.code(), m.id());
        e.string(Key.ROOM, m.room());
      }
      case ClientMessage.State m -> {
        e.begin(ClientOp.STATE.code(), m.id());
        e.string(Key.ROOM, m.room());
        if (m.state() instanceof Payload state) {
          e.payload(state);
        }
      }
      case ClientMessage.Call m -> {
        e.begin(ClientOp.CALL.code(), m.id());
        e.optional(Key.ROOM, m.room());
        e.optional(Key.MEMBER, m.member());
        e.string(Key.EVENT, m.event());
        e.payload(m.payload());
        e.optional(Key.TIMEOUT, m.timeout());
      }
      case ClientMessage.Reply m -> {
        e.begin(ClientOp.REPLY.code(), m.id());
        e.answer(m.answer());
      }
      case ClientMessage.Refresh m -> {
        e.begin(ClientOp.REFRESH.code(), m.id());
        e.string(Key.TOKEN, m.token().value());
      }
      case ClientMessage.Ping m -> e.begin(ClientOp.PING.code(), m.id());
    }
    e.close();
  }

  private static void history(ClientMessage.History m, Emitter e) {
    e.begin(ClientOp.HISTORY.code(), m.id());
    e.string(Key.ROOM, m.room());
    start(m.start(), e);
    e.optional(Key.LIMIT, m.limit());
    if (m.order() != Order.OLDEST) {
      e.string(Key.ORDER, m.order().code());
    }
    e.whenTrue(Key.COMPACT, m.compact());
  }

  private static void publish(ClientMessage.Publish m, Emitter e) {
    e.begin(ClientOp.PUBLISH.code(), m.id());
    switch (m.target()) {
      case Target.Room(String room) -> e.string(Key.ROOM, room);
      case Target.User(String user) -> e.string(Key.USER, user);
      case Target.Session(String session) -> e.string(Key.SESSION, session);
      case Target.Global() -> e.flag(Key.GLOBAL, true);
    }
    e.optional(Key.EVENT, m.event());
    e.payload(m.payload());
    if (m.publishId() instanceof PublishId id) {
      e.string(Key.PUBLISHER, id.publisher());
      e.number(Key.INCARNATION, id.incarnation());
      e.number(Key.SEQUENCE, id.sequence());
      if (id.previous() != id.sequence() - 1) {
        e.number(Key.PREVIOUS, id.previous());
      }
    }
    e.optional(Key.MESSAGE_ID, m.messageId());
    e.optional(Key.KEY, m.key());
    e.tags(m.tags());
    e.priority(m.priority());
    e.optional(Key.TTL, m.ttl());
    if (!m.echo()) {
      e.flag(Key.ECHO, false);
    }
    e.optional(Key.FILTER, m.filter());
    e.whenTrue(Key.READERS, m.countReaders());
  }

  private static void start(@Nullable Start start, Emitter e) {
    if (start == null) {
      return;
    }
    switch (start) {
      case Start.From(Position position) -> {
        e.openObject(Key.FROM);
        e.string(Key.EPOCH, position.epoch());
        e.number(Key.OFFSET, position.offset());
        e.close();
      }
      case Start.Last(long count) -> e.number(Key.LAST, count);
      case Start.Since(long time) -> e.number(Key.SINCE, time);
    }
  }
}
