package dev.carillon.testkit;

import dev.carillon.core.Call;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Range;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.Roster;
import dev.carillon.core.User;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Entries and notices of every kind, for tests that want all of them. */
final class Entries {
  private static final Epoch EPOCH = new Epoch(0x0123456789abcdefL, 0xfedcba9876543210L);
  private static final Epoch OTHER_EPOCH = new Epoch(1, 2);
  private static final Member MEMBER = new Member("s1", new User("ann \"the\" first"), null);

  static final List<Entry> OF_EVERY_KIND =
      List.of(
          entry(1, null, Payload.text("hello"), MEMBER, Map.of()),
          entry(2, "say", Payload.json("{\"a\":[1,2,{\"b\":null}]}"), MEMBER, Map.of()),
          entry(
              3, "raw", new Payload(Payload.Kind.BINARY, new byte[] {0, -1, 127}), null, Map.of()),
          entry(
              4,
              "a\"b\\c\n\u0001é\uD83D\uDE00",
              Payload.text("\u0000\"\\\u2028é\uD83D\uDE00"),
              new Member("s2", new User("b\"o\\b"), Payload.json("{\"mood\":\"fine\"}")),
              Map.of("k", "v", "a", "\"", "z", "é")),
          entry(5, null, Payload.EMPTY, null, Map.of()),
          new Entry(
              Long.MAX_VALUE >>> 11,
              new Message(
                  "p:1:1",
                  "e",
                  Payload.text("x"),
                  MEMBER,
                  1,
                  Map.of("b", "1"),
                  "key",
                  -10,
                  5,
                  true)));

  private Entries() {}

  private static Entry entry(
      long offset,
      @Nullable String event,
      Payload payload,
      @Nullable Member sender,
      Map<String, String> tags) {
    return new Entry(
        offset,
        new Message(
            "id-" + offset, event, payload, sender, 1_700_000_000_000L, tags, null, 0, 0, true));
  }

  /** An entry equal to another one, and sharing nothing with it. */
  static Entry copyOf(Entry entry) {
    Message m = entry.message();
    Payload payload = new Payload(m.payload().kind(), m.payload().bytes().clone());
    return new Entry(
        entry.offset(),
        new Message(
            m.id(),
            m.event(),
            payload,
            m.sender(),
            m.time(),
            m.tags(),
            m.key(),
            m.priority(),
            m.ttlMillis(),
            m.echo()));
  }

  /** A notice of every kind; fails when there is a kind that it has not been taught. */
  static List<Notice> everyNotice(RoomName room) {
    Position head = new Position(EPOCH, 7);
    Roster roster = new Roster(List.of(MEMBER), 1, 4);
    Problem problem = new Problem(Problem.Reason.BROKER_UNAVAILABLE, "the broker is away");
    List<Notice> notices = new ArrayList<>();
    notices.add(new Notice.Joined(1, room, head, 1, 8, null));
    notices.add(new Notice.Joined(1, room, head, 1, 3, roster));
    notices.add(new Notice.Joined(1, room, new Position(EPOCH, 0), 1, 1, roster));
    notices.add(new Notice.Resumed(1, room, EPOCH, 4, 7, 1, roster));
    notices.add(new Notice.Resumed(1, room, EPOCH, 8, 7, 1, null));
    notices.add(new Notice.Reset(0, room, OTHER_EPOCH, head, 1, "epoch_changed", null));
    notices.add(new Notice.Reset(1, room, null, head, 1, "epoch_changed", roster));
    notices.add(new Notice.Gap(room, EPOCH, List.of(new Range(2, 3), new Range(5, 5)), "lag"));
    notices.add(new Notice.Skipped(room, List.of(new Range(2, 2))));
    notices.add(new Notice.Rewind(room, 4, 2, null));
    notices.add(new Notice.Rewind(room, 0, 1, "work"));
    notices.add(new Notice.Stale(room, 1_700_000_000_000L));
    notices.add(new Notice.Heads(Map.of(room, 7L)));
    notices.add(new Notice.Heads(Map.of()));
    notices.add(new Notice.Left(2, room, null));
    notices.add(new Notice.Left(0, room, "removed"));
    notices.add(new Notice.Published(3, room, head, Broker.Level.MEMORY, true, null));
    notices.add(new Notice.Published(4, room, head, Broker.Level.STORED, false, 12));
    notices.add(new Notice.Rejected(3, room, true, problem));
    notices.add(new Notice.Rejected(0, room, false, problem));
    notices.add(new Notice.Refused(4, null, problem));
    notices.add(new Notice.Refused(0, room, problem));
    notices.add(new Notice.History(5, room, new Broker.Extent(EPOCH, 1, 7), OF_EVERY_KIND, true));
    notices.add(new Notice.History(5, room, new Broker.Extent(EPOCH, 1, 0), List.of(), false));
    notices.add(new Notice.Members(6, room, roster));
    notices.add(new Notice.Members(6, room, new Roster(List.of(), 5000, 9)));
    notices.add(new Notice.Done(7, room));
    notices.add(new Notice.Gap(room.presence(), EPOCH, List.of(new Range(1, 9)), "trimmed"));
    notices.add(new Notice.Reset(0, room.presence(), EPOCH, head, 1, "epoch_changed", null));
    Payload data = Payload.json("[1,2]");
    notices.add(new Notice.Called(8, new Call(room, MEMBER, "sum", data, 500)));
    notices.add(new Notice.Called(9, new Call(null, null, "sum", data, 500)));
    notices.add(new Notice.Replied(10, new Reply.Value(data)));
    notices.add(new Notice.Replied(11, Reply.of(problem)));
    notices.add(new Notice.Goodbye("shutdown", 1500));
    for (Class<?> kind : Notice.class.getPermittedSubclasses()) {
      if (notices.stream().noneMatch(kind::isInstance)) {
        throw new IllegalStateException("the contract has no " + kind.getSimpleName() + " to tell");
      }
    }
    return notices;
  }
}
