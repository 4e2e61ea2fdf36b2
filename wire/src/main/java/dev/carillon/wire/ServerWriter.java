package dev.carillon.wire;

import java.util.List;

/** What a server says, written as fields. */
final class ServerWriter {
  private ServerWriter() {}

  static void write(ServerMessage message, Emitter e) {
    switch (message) {
      case ServerMessage.Message m -> {
        e.begin(ServerOp.MESSAGE.code(), 0);
        e.string(Key.ROOM, m.room());
        entry(m.entry(), e);
      }
      case ServerMessage.Published m -> published(m, e);
      case ServerMessage.Welcome m -> welcome(m, e);
      case ServerMessage.Joined m -> joined(m, e);
      case ServerMessage.Resumed m -> {
        room(ServerOp.RESUMED, m.id(), m.room(), e);
        e.string(Key.EPOCH, m.epoch());
        e.number(Key.FROM, m.from());
        e.number(Key.TO, m.to());
      }
      case ServerMessage.Reset m -> reset(m, e);
      case ServerMessage.Gap m -> {
        room(ServerOp.GAP, 0, m.room(), e);
        e.string(Key.EPOCH, m.epoch());
        ranges(m.ranges(), e);
        e.string(Key.REASON, m.reason());
      }
      case ServerMessage.Skipped m -> {
        room(ServerOp.SKIPPED, 0, m.room(), e);
        ranges(m.ranges(), e);
      }
      case ServerMessage.Rewind m -> {
        room(ServerOp.REWIND, 0, m.room(), e);
        e.number(Key.TO, m.to());
        e.number(Key.ATTEMPT, m.attempt());
        e.optional(Key.NAME, m.name());
      }
      case ServerMessage.Stale m -> {
        room(ServerOp.STALE, 0, m.room(), e);
        e.number(Key.SINCE, m.since());
      }
      case ServerMessage.Left m -> {
        room(ServerOp.LEFT, m.id(), m.room(), e);
        e.optional(Key.REASON, m.reason());
      }
      case ServerMessage.Presence m -> presence(m, e);
      case ServerMessage.Rejected m -> {
        e.begin(ServerOp.REJECTED.code(), m.id());
        e.optional(Key.ROOM, m.room());
        e.string(Key.OUTCOME, m.outcome().code());
        e.problem(m.problem());
        e.optional(Key.LAST_SEQUENCE, m.lastSequence());
      }
      case ServerMessage.History m -> history(m, e);
      case ServerMessage.Members m -> {
        room(ServerOp.MEMBERS, m.id(), m.room(), e);
        roster(m.roster(), e);
      }
      case ServerMessage.Call m -> call(m, e);
      case ServerMessage.Reply m -> {
        e.begin(ServerOp.REPLY.code(), m.id());
        e.answer(m.answer());
      }
      case ServerMessage.Done m -> e.begin(ServerOp.DONE.code(), m.id());
      case ServerMessage.Refreshed m -> {
        e.begin(ServerOp.REFRESHED.code(), m.id());
        e.optional(Key.EXPIRES, m.expires());
      }
      case ServerMessage.Error m -> {
        e.begin(ServerOp.ERROR.code(), m.id());
        e.optional(Key.ROOM, m.room());
        e.problem(m.problem());
      }
      case ServerMessage.Heads m -> {
        e.begin(ServerOp.HEADS.code(), 0);
        e.openObject(Key.ROOMS);
        m.rooms().forEach((room, head) -> e.number(room, head));
        e.close();
      }
      case ServerMessage.Pong m -> {
        e.begin(ServerOp.PONG.code(), m.id());
        e.number(Key.SERVER_TIME, m.serverTime());
      }
      case ServerMessage.Goodbye m -> {
        e.begin(ServerOp.GOODBYE.code(), 0);
        e.string(Key.REASON, m.reason());
        e.optional(Key.RETRY_AFTER, m.retryAfter());
        e.optional(Key.RESUME, m.resume());
      }
    }
    e.close();
  }

  private static void room(ServerOp op, long id, String room, Emitter e) {
    e.begin(op.code(), id);
    e.string(Key.ROOM, room);
  }

  private static void welcome(ServerMessage.Welcome m, Emitter e) {
    e.begin(ServerOp.WELCOME.code(), m.id());
    e.string(Key.SESSION, m.session());
    e.optional(Key.USER, m.user());
    e.optional(Key.RESUME, m.resume());
    e.flag(Key.RESUMED, m.resumed());
    e.number(Key.SERVER_TIME, m.serverTime());
    e.number(Key.HEARTBEAT, m.heartbeat());
    e.openObject(Key.LIMITS);
    e.number(Key.MAX_MESSAGE_BYTES, m.limits().maxMessageBytes());
    e.number(Key.MAX_ROOMS, m.limits().maxRooms());
    e.optional(Key.MAX_HISTORY, m.limits().maxHistory());
    e.optional(Key.MAX_PUBLISH_RATE, m.limits().maxPublishRate());
    e.close();
    e.optional(Key.NODE, m.node());
    e.optional(Key.EXPIRES, m.expires());
  }

  private static void joined(ServerMessage.Joined m, Emitter e) {
    room(ServerOp.JOINED, m.id(), m.room(), e);
    e.string(Key.EPOCH, m.epoch());
    e.number(Key.HEAD, m.head());
    e.optional(Key.OLDEST, m.oldest());
    if (m.presence() instanceof Roster presence) {
      e.openObject(Key.PRESENCE);
      roster(presence, e);
      e.close();
    }
  }

  private static void reset(ServerMessage.Reset m, Emitter e) {
    room(ServerOp.RESET, 0, m.room(), e);
    e.optional(Key.OLD_EPOCH, m.oldEpoch());
    e.string(Key.EPOCH, m.epoch());
    e.number(Key.HEAD, m.head());
    e.optional(Key.OLDEST, m.oldest());
    e.string(Key.REASON, m.reason());
  }

  private static void presence(ServerMessage.Presence m, Emitter e) {
    room(ServerOp.PRESENCE, 0, m.room(), e);
    e.number(Key.OFFSET, m.offset());
    e.string(Key.EVENT, m.event().code());
    if (m.member() instanceof Member member) {
      e.openObject(Key.MEMBER);
      member(member, e);
      e.close();
    }
    e.optional(Key.COUNT, m.count());
  }

  private static void published(ServerMessage.Published m, Emitter e) {
    room(ServerOp.PUBLISHED, m.id(), m.room(), e);
    e.string(Key.EPOCH, m.epoch());
    e.number(Key.OFFSET, m.offset());
    e.string(Key.LEVEL, m.level().code());
    e.whenTrue(Key.DUPLICATE, m.duplicate());
    e.optional(Key.READERS, m.readers());
  }

  private static void history(ServerMessage.History m, Emitter e) {
    room(ServerOp.HISTORY, m.id(), m.room(), e);
    e.string(Key.EPOCH, m.epoch());
    e.openList(Key.MESSAGES, m.messages().size());
    for (Entry entry : m.messages()) {
      e.openItem();
      entry(entry, e);
      e.close();
    }
    e.closeList();
    e.number(Key.HEAD, m.head());
    e.optional(Key.OLDEST, m.oldest());
    e.whenTrue(Key.MORE, m.more());
  }

  private static void call(ServerMessage.Call m, Emitter e) {
    e.begin(ServerOp.CALL.code(), m.id());
    e.optional(Key.ROOM, m.room());
    e.sender(m.sender());
    e.string(Key.EVENT, m.event());
    e.payload(m.payload());
    e.optional(Key.TIMEOUT, m.timeout());
  }

  private static void entry(Entry entry, Emitter e) {
    e.number(Key.OFFSET, entry.offset());
    e.optional(Key.EVENT, entry.event());
    e.optional(Key.MESSAGE_ID, entry.messageId());
    e.payload(entry.payload());
    e.sender(entry.sender());
    e.number(Key.TIME, entry.time());
    e.optional(Key.KEY, entry.key());
    e.tags(entry.tags());
    e.priority(entry.priority());
  }

  private static void roster(Roster roster, Emitter e) {
    e.openList(Key.MEMBERS, roster.members().size());
    for (Member member : roster.members()) {
      e.openItem();
      member(member, e);
      e.close();
    }
    e.closeList();
    e.number(Key.COUNT, roster.count());
    e.optional(Key.OFFSET, roster.offset());
  }

  private static void member(Member member, Emitter e) {
    e.string(Key.SESSION, member.session());
    e.optional(Key.USER, member.user());
    if (member.state() instanceof Payload state) {
      e.openObject(Key.STATE);
      e.payload(state);
      e.close();
    }
  }

  private static void ranges(List<Range> ranges, Emitter e) {
    e.openList(Key.RANGES, ranges.size());
    for (Range range : ranges) {
      e.pair(range.from(), range.to());
    }
    e.closeList();
  }
}
