package dev.carillon.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One message of every kind, with as little and with as much as it can hold. */
final class Samples {
  static final String EPOCH = "9f86d081884c7d659a2feaa0c55ad015";
  static final long NOW = 1_790_000_000_123L;
  private static final long MAX = (1L << 53) - 1;

  private Samples() {}

  static Map<String, ClientMessage> client() {
    var all = new LinkedHashMap<String, ClientMessage>();
    all.put("connect, bare", new ClientMessage.Connect(0, null, null, null, null));
    all.put(
        "connect, full",
        new ClientMessage.Connect(
            1,
            new Secret("eyJhbGciOiJIUzI1NiJ9.e30.c2ln"),
            new Secret("r-7Q"),
            new ClientName("carillon-js", "0.1.0"),
            15_000L));
    all.put("connect, unversioned client", connect(new ClientName("curl", null)));
    all.put("join, bare", new ClientMessage.Join(0, "chat/lobby"));
    all.put("join, from a position", join(new Start.From(new Position(EPOCH, 40))));
    all.put("join, from the beginning", join(new Start.From(new Position("e", 0))));
    all.put("join, with the last 20", join(new Start.Last(20)));
    all.put("join, since a time", join(new Start.Since(NOW)));
    all.put(
        "join, full",
        new ClientMessage.Join(
            2, "orders/eu", new Start.Last(1), true, "tags.kind == \"big\"", "billing"));
    all.put(
        "join, acknowledged",
        new ClientMessage.Join(2, "orders/eu", null, false, null, null, true));
    all.put("leave, bare", new ClientMessage.Leave(0, "chat/lobby"));
    all.put("leave", new ClientMessage.Leave(3, "räume/雨/🌧"));
    publish(all);
    all.put("ack, bare", new ClientMessage.Ack("orders/eu", null, 42, null));
    all.put("ack, full", new ClientMessage.Ack("orders/eu", EPOCH, 0, "billing"));
    all.put("nack, bare", new ClientMessage.Nack("orders/eu", null, 43, null, null));
    all.put(
        "nack, full", new ClientMessage.Nack("orders/eu", EPOCH, 43, "billing", "no such order"));
    all.put("history, bare", new ClientMessage.History(4, "r", null, null, Order.OLDEST, false));
    all.put(
        "history, full",
        new ClientMessage.History(
            4, "r", new Start.From(new Position(EPOCH, 100)), 50L, Order.NEWEST, true));
    all.put("members", new ClientMessage.Members(5, "chat/lobby"));
    all.put("state", new ClientMessage.State(6, "chat/lobby", Payload.json("{\"typing\":true}")));
    all.put("state, taken back", new ClientMessage.State(0, "chat/lobby", null));
    all.put(
        "call, bare", new ClientMessage.Call(7, null, null, "sum", Payload.json("[1,2]"), null));
    all.put(
        "call, full",
        new ClientMessage.Call(8, "game/1", "s-2", "move?", Payload.text("e4"), 2_000L));
    all.put("reply, data", new ClientMessage.Reply(70, Payload.json("3")));
    all.put(
        "reply, error",
        new ClientMessage.Reply(70, Problem.of(ErrorCode.NO_HANDLER).withRetryAfter(1)));
    all.put("refresh, bare", new ClientMessage.Refresh(0, new Secret("t")));
    all.put("refresh", new ClientMessage.Refresh(9, new Secret("t2")));
    all.put("ping, bare", new ClientMessage.Ping(0));
    all.put("ping", new ClientMessage.Ping(MAX));
    return all;
  }

  private static ClientMessage connect(ClientName name) {
    return new ClientMessage.Connect(23, null, null, name, null);
  }

  private static ClientMessage join(Start start) {
    return new ClientMessage.Join(24, "chat/lobby", start, false, null, null);
  }

  private static void publish(Map<String, ClientMessage> all) {
    var room = new Target.Room("chat/lobby");
    Payload hello = Payload.json("{\"text\":\"hello\"}");
    all.put("publish, bare", new ClientMessage.Publish(0, room, hello));
    all.put("publish, one that counts", counted(new PublishId("p-1", 0, 1)));
    all.put("publish, stepping over", counted(new PublishId("p-1", 3, 9, 7)));
    all.put(
        "publish, free id",
        new ClientMessage.Publish(
            11,
            room,
            null,
            hello,
            null,
            "m-1",
            null,
            Map.of(),
            Priority.LOW,
            0L,
            true,
            null,
            false));
    var tags = new LinkedHashMap<String, String>();
    tags.put("kind", "big");
    tags.put("region", "eu \"west\"");
    tags.put("", "");
    all.put(
        "publish, full",
        new ClientMessage.Publish(
            12,
            room,
            "order",
            hello,
            new PublishId("p-1", 1, 5, 3),
            null,
            "order-17",
            tags,
            Priority.HIGH,
            60_000L,
            false,
            "claims.region == 'eu'",
            true));
    all.put("publish, to a user", new ClientMessage.Publish(13, new Target.User("u-1"), hello));
    all.put("publish, to a session", new ClientMessage.Publish(14, new Target.Session("s"), hello));
    all.put("publish, to everyone", new ClientMessage.Publish(15, new Target.Global(), hello));
    int i = 0;
    for (Payload payload : payloads()) {
      all.put("publish, data " + ++i, new ClientMessage.Publish(16, room, payload));
    }
  }

  private static ClientMessage counted(PublishId id) {
    return new ClientMessage.Publish(
        10, new Target.Room("chat/lobby"), "say", Payload.text("hi"), id);
  }

  /** Data that codecs are tempted to change. */
  static List<Payload> payloads() {
    return List.of(
        Payload.json("null"),
        Payload.json("-0.10e+005"),
        Payload.json("123456789012345678901234567890"),
        Payload.json("\"\\ud83d\\ude00 \\/ \\u0041\""),
        Payload.json("{ \"b\" : 1 ,\t\"a\" : [ ] , \"b\" : 2 }"),
        Payload.json("[" + "9".repeat(300) + ",\"é😀\"]"),
        Payload.text(""),
        Payload.text("\"quoted\" \\ / \b\f\n\r\t\u0000\u001f\u007f é 雨 😀 \u2028"),
        Payload.text("x".repeat(40)),
        Payload.binary(new byte[0]),
        Payload.binary(new byte[] {0}),
        Payload.binary(new byte[] {(byte) 0xff, (byte) 0xfb, (byte) 0xef}),
        Payload.binary(
            "any bytes, 300 of them "
                .repeat(14)
                .substring(0, 300)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  static Map<String, ServerMessage> server() {
    var all = new LinkedHashMap<String, ServerMessage>();
    welcomeAndJoin(all);
    streams(all);
    answers(all);
    return all;
  }

  private static void welcomeAndJoin(Map<String, ServerMessage> all) {
    all.put(
        "welcome, bare",
        new ServerMessage.Welcome(
            0, "s-1", null, null, false, NOW, 0, new SessionLimits(1 << 20, 100), null, null));
    all.put(
        "welcome, full",
        new ServerMessage.Welcome(
            1,
            "s-1",
            "u-1",
            new Secret("r-8"),
            true,
            NOW,
            25_000,
            new SessionLimits(65_536, 1_000, 500L, 50L),
            "node-a",
            NOW + 3_600_000));
    all.put("joined, bare", new ServerMessage.Joined(0, "$user/u-1", EPOCH, 0, null, null));
    var ada = new Member("s-1", "ada", Payload.json("{\"typing\":true}"));
    all.put(
        "joined, full",
        new ServerMessage.Joined(
            2,
            "chat/lobby",
            EPOCH,
            42,
            1L,
            new Roster(List.of(ada, new Member("s-2", null, null)))));
    all.put(
        "joined, only counting",
        new ServerMessage.Joined(2, "stadium", EPOCH, 42, 40L, new Roster(List.of(), 80_000)));
    all.put("resumed", new ServerMessage.Resumed(2, "chat/lobby", EPOCH, 41, 42));
    all.put("resumed, nothing missed", new ServerMessage.Resumed(0, "chat/lobby", EPOCH, 43, 42));
    all.put(
        "reset, bare",
        new ServerMessage.Reset("r", null, EPOCH, 0, null, ResetReason.AHEAD.code()));
    all.put(
        "reset, full",
        new ServerMessage.Reset("r", "old", "new", 7, 3L, ResetReason.EPOCH_CHANGED.code()));
    all.put("left, asked for", new ServerMessage.Left(3, "r", null));
    all.put("left", new ServerMessage.Left(0, "r", LeftReason.FORBIDDEN.code()));
  }

  private static void streams(Map<String, ServerMessage> all) {
    var ranges = List.of(new Range(5, 5), new Range(7, 300), new Range(70_000, MAX));
    all.put("gap", new ServerMessage.Gap("r", EPOCH, ranges, GapReason.TRIMMED.code()));
    all.put("gap, reason of a later version", new ServerMessage.Gap("r", "e", ranges, "eaten"));
    all.put("skipped", new ServerMessage.Skipped("r", List.of(new Range(1, 4_294_967_296L))));
    all.put("rewind", new ServerMessage.Rewind("r", 41, 2, null));
    all.put("rewind, named", new ServerMessage.Rewind("r", 0, 3, "billing"));
    all.put("stale", new ServerMessage.Stale("r", NOW));
    all.put("message, bare", new ServerMessage.Message("r", new Entry(1, Payload.text("x"), NOW)));
    all.put("message, full", new ServerMessage.Message("chat/lobby", entry(42)));
    int i = 0;
    for (Payload payload : payloads()) {
      all.put("message, data " + ++i, new ServerMessage.Message("r", new Entry(i, payload, NOW)));
    }
    var member = new Member("s-2", "bob", Payload.text("away"));
    for (PresenceEvent event : PresenceEvent.values()) {
      boolean counts = event == PresenceEvent.COUNT;
      all.put(
          "presence, " + event.code(),
          new ServerMessage.Presence(
              "r", 9, event, counts ? null : member, counts ? (Long) 12L : null));
    }
    all.put(
        "presence, with count",
        new ServerMessage.Presence("r", 0, PresenceEvent.LEAVE, new Member("s", null, null), 0L));
    all.put("heads, empty", new ServerMessage.Heads(Map.of()));
    var heads = new LinkedHashMap<String, Long>();
    for (int room = 0; room < 20; room++) {
      heads.put("room/" + room, room * 1_000_003L);
    }
    all.put("heads", new ServerMessage.Heads(heads));
    all.put("pong, bare", new ServerMessage.Pong(0, NOW));
    all.put("pong", new ServerMessage.Pong(4, NOW));
    all.put("goodbye, bare", new ServerMessage.Goodbye(GoodbyeReason.SHUTDOWN.code(), null, null));
    all.put(
        "goodbye, full",
        new ServerMessage.Goodbye(GoodbyeReason.RESTART.code(), 2_350L, new Secret("r-9")));
  }

  private static Entry entry(long offset) {
    return new Entry(
        offset,
        "say",
        "p-1:0:7",
        Payload.json("{\"text\":\"hello\"}"),
        new Sender("s-1", "ada"),
        NOW,
        "k",
        Map.of("kind", "big"),
        Priority.LOW);
  }

  private static void answers(Map<String, ServerMessage> all) {
    all.put(
        "published", new ServerMessage.Published(10, "r", EPOCH, 43, Level.MEMORY, false, null));
    all.put(
        "published, full",
        new ServerMessage.Published(10, "r", EPOCH, MAX, Level.STORED, true, 5_000L));
    all.put(
        "published, replicated",
        new ServerMessage.Published(10, "r", EPOCH, 1, Level.REPLICATED, false, 0L));
    all.put(
        "rejected, bare",
        new ServerMessage.Rejected(
            10, null, Outcome.UNKNOWN, Problem.of(ErrorCode.BROKER_UNAVAILABLE), null));
    all.put(
        "rejected, full",
        new ServerMessage.Rejected(
            10,
            "r",
            Outcome.NOT_APPLIED,
            Problem.of(ErrorCode.SEQUENCE_GAP, "after 4 comes 5").withRetryAfter(0),
            4L));
    all.put("history, empty", new ServerMessage.History(4, "r", EPOCH, List.of(), 0, null, false));
    var entries = new ArrayList<Entry>();
    for (int i = 1; i <= 17; i++) {
      entries.add(i % 4 == 0 ? entry(i) : new Entry(i, payloads().get(i % 13), NOW + i));
    }
    all.put("history, full", new ServerMessage.History(4, "r", EPOCH, entries, 99, 1L, true));
    all.put("members, none", new ServerMessage.Members(5, "r", new Roster(List.of())));
    all.put(
        "members",
        new ServerMessage.Members(
            5,
            "r",
            new Roster(
                List.of(
                    new Member("s-1", "ada", Payload.binary(new byte[] {1, 2})),
                    new Member("s-2", null, Payload.json("[[]]"))),
                2,
                31L)));
    all.put(
        "call, bare", new ServerMessage.Call(70, null, null, "quit?", Payload.json("{}"), null));
    all.put(
        "call, full",
        new ServerMessage.Call(
            70, "game/1", new Sender("s-1", null), "move?", Payload.text("e4"), 2_000L));
    all.put("reply, data", new ServerMessage.Reply(7, Payload.binary(new byte[] {9})));
    all.put("reply, error", new ServerMessage.Reply(7, Problem.of(ErrorCode.TIMEOUT)));
    all.put("done", new ServerMessage.Done(6));
    all.put("refreshed, bare", new ServerMessage.Refreshed(0, null));
    all.put("refreshed", new ServerMessage.Refreshed(9, NOW));
    all.put("error, bare", new ServerMessage.Error(0, null, Problem.of(ErrorCode.INTERNAL)));
    all.put(
        "error, full",
        new ServerMessage.Error(
            2, "chat/lobby", Problem.of(ErrorCode.RATE_LIMITED).withRetryAfter(500)));
    all.put(
        "error, code of a later version",
        new ServerMessage.Error(
            2, null, new Problem("on_fire", "leave the building", false, null)));
  }
}
