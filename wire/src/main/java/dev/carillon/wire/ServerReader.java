package dev.carillon.wire;

/** What a server says, made out of fields. */
final class ServerReader {
  private ServerReader() {}

  static ServerMessage read(ServerOp op, Fields f) {
    return switch (op) {
      case WELCOME -> welcome(f);
      case JOINED -> joined(f);
      case RESUMED -> resumed(f);
      case RESET ->
          new ServerMessage.Reset(
              f.string(Key.ROOM),
              f.optionalEpoch(Key.OLD_EPOCH),
              f.epoch(Key.EPOCH),
              f.number(Key.HEAD, 0),
              f.optionalNumber(Key.OLDEST, 1),
              f.string(Key.REASON));
      case GAP ->
          new ServerMessage.Gap(
              f.string(Key.ROOM), f.epoch(Key.EPOCH), Parts.ranges(f), f.string(Key.REASON));
      case SKIPPED -> new ServerMessage.Skipped(f.string(Key.ROOM), Parts.ranges(f));
      case REWIND ->
          new ServerMessage.Rewind(
              f.string(Key.ROOM),
              f.number(Key.TO, 0),
              f.number(Key.ATTEMPT, 1),
              f.optionalString(Key.NAME));
      case STALE -> new ServerMessage.Stale(f.string(Key.ROOM), f.number(Key.SINCE, 0));
      case LEFT -> new ServerMessage.Left(f.id(), f.string(Key.ROOM), f.optionalString(Key.REASON));
      case MESSAGE -> new ServerMessage.Message(f.string(Key.ROOM), Parts.entry(f));
      case PRESENCE -> presence(f);
      case PUBLISHED -> published(f);
      case REJECTED ->
          new ServerMessage.Rejected(
              f.number(Key.ID, 1),
              f.optionalString(Key.ROOM),
              f.oneOf(Key.OUTCOME, Names.OUTCOME_TABLE, Names.OUTCOMES),
              Parts.problem(f),
              f.optionalNumber(Key.LAST_SEQUENCE, 0));
      case HISTORY -> history(f);
      case MEMBERS ->
          new ServerMessage.Members(f.number(Key.ID, 1), f.string(Key.ROOM), Parts.roster(f));
      case CALL ->
          new ServerMessage.Call(
              f.number(Key.ID, 1),
              f.optionalString(Key.ROOM),
              Parts.sender(f),
              f.string(Key.EVENT),
              f.payload(),
              f.optionalNumber(Key.TIMEOUT, 0));
      case REPLY -> new ServerMessage.Reply(f.number(Key.ID, 1), Parts.answer(f));
      case DONE -> new ServerMessage.Done(f.number(Key.ID, 1));
      case REFRESHED -> new ServerMessage.Refreshed(f.id(), f.optionalNumber(Key.EXPIRES, 0));
      case ERROR -> new ServerMessage.Error(f.id(), f.optionalString(Key.ROOM), Parts.problem(f));
      case HEADS -> new ServerMessage.Heads(Parts.heads(f));
      case PONG -> new ServerMessage.Pong(f.id(), f.number(Key.SERVER_TIME, 0));
      case GOODBYE ->
          new ServerMessage.Goodbye(
              f.string(Key.REASON),
              f.optionalNumber(Key.RETRY_AFTER, 0),
              f.optionalSecret(Key.RESUME));
    };
  }

  private static ServerMessage welcome(Fields f) {
    Fields limits = f.object(Key.LIMITS);
    if (limits == null) {
      throw f.refused(Refusal.MISSING_FIELD, Key.LIMITS);
    }
    var sessionLimits =
        new SessionLimits(
            limits.number(Key.MAX_MESSAGE_BYTES, 1),
            limits.number(Key.MAX_ROOMS, 0),
            limits.optionalNumber(Key.MAX_HISTORY, 0),
            limits.optionalNumber(Key.MAX_PUBLISH_RATE, 0));
    return new ServerMessage.Welcome(
        f.id(),
        f.string(Key.SESSION),
        f.optionalString(Key.USER),
        f.optionalSecret(Key.RESUME),
        f.requiredFlag(Key.RESUMED),
        f.number(Key.SERVER_TIME, 0),
        f.number(Key.HEARTBEAT, 0),
        sessionLimits,
        f.optionalString(Key.NODE),
        f.optionalNumber(Key.EXPIRES, 0));
  }

  private static ServerMessage joined(Fields f) {
    Fields presence = f.object(Key.PRESENCE);
    Roster roster = presence == null ? null : Parts.roster(presence);
    return new ServerMessage.Joined(
        f.id(),
        f.string(Key.ROOM),
        f.epoch(Key.EPOCH),
        f.number(Key.HEAD, 0),
        f.optionalNumber(Key.OLDEST, 1),
        roster);
  }

  private static ServerMessage resumed(Fields f) {
    long from = f.number(Key.FROM, 1);
    return new ServerMessage.Resumed(
        f.id(), f.string(Key.ROOM), f.epoch(Key.EPOCH), from, f.number(Key.TO, from - 1));
  }

  private static ServerMessage presence(Fields f) {
    PresenceEvent event = f.oneOf(Key.EVENT, Names.PRESENCE_EVENT_TABLE, Names.PRESENCE_EVENTS);
    Fields member = f.object(Key.MEMBER);
    if (member == null && event != PresenceEvent.COUNT) {
      throw f.refused(Refusal.MISSING_FIELD, Key.MEMBER);
    }
    Member whom = member == null ? null : Parts.member(member);
    Long count =
        event == PresenceEvent.COUNT
            ? (Long) f.number(Key.COUNT, 0)
            : f.optionalNumber(Key.COUNT, 0);
    return new ServerMessage.Presence(
        f.string(Key.ROOM), f.number(Key.OFFSET, 0), event, whom, count);
  }

  private static ServerMessage published(Fields f) {
    return new ServerMessage.Published(
        f.number(Key.ID, 1),
        f.string(Key.ROOM),
        f.epoch(Key.EPOCH),
        f.number(Key.OFFSET, 1),
        f.oneOf(Key.LEVEL, Names.LEVEL_TABLE, Names.LEVELS),
        f.flag(Key.DUPLICATE, false),
        f.optionalNumber(Key.READERS, 0));
  }

  private static ServerMessage history(Fields f) {
    return new ServerMessage.History(
        f.number(Key.ID, 1),
        f.string(Key.ROOM),
        f.epoch(Key.EPOCH),
        Parts.entries(f),
        f.number(Key.HEAD, 0),
        f.optionalNumber(Key.OLDEST, 1),
        f.flag(Key.MORE, false));
  }
}
