package dev.carillon.broker.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.AckPolicy;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.User;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.core.spi.Condition;
import dev.carillon.core.spi.DividedBroker;
import dev.carillon.core.spi.SessionStore;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volatile rooms beside a store, and what becomes of a room whose policy changes. */
class DividedBrokerTests {
  static final RoomPolicy VOLATILE =
      new RoomPolicy(
          RoomPolicy.Delivery.VOLATILE,
          RoomPolicy.DEFAULT.retention(),
          RoomPolicy.DEFAULT.slowReaders(),
          RoomPolicy.DEFAULT.presence(),
          RoomPolicy.DEFAULT.creation(),
          RoomPolicy.DEFAULT.history(),
          RoomPolicy.DEFAULT.onJoin(),
          RoomPolicy.DEFAULT.limits(),
          true);

  private static final RoomName LIVE = RoomName.of("live/a");
  private static final RoomName CHAT = RoomName.of("chat/a");
  private static final Policies KEEP =
      room -> RoomPolicy.DEFAULT.durable(AckPolicy.DEFAULT, SubscriptionPolicy.DEFAULT);
  private static final Policies LIVE_IS_VOLATILE =
      room -> room.subject().value().startsWith("live/") ? VOLATILE : KEEP.of(room);

  @TempDir Path directory;

  private final FakeClock clock = new FakeClock();

  private SqliteBroker store(Policies policies) {
    var random = new SplittableRandom(System.nanoTime()); // epochs differ from one run to the next
    return SqliteBroker.open(SqliteSettings.in(directory), policies, clock, random);
  }

  private Broker divided(Broker store) {
    var random = new SplittableRandom(System.nanoTime());
    var local = new MemoryBroker(LIVE_IS_VOLATILE, clock, random);
    return new DividedBroker(LIVE_IS_VOLATILE, local, store);
  }

  private static Appended publish(Broker broker, RoomName room, long sequence) {
    var append = Store.message("p", sequence, Payload.text("" + sequence));
    return Store.<List<Appended>>await(answer -> broker.append(room, List.of(append), answer))
        .getFirst();
  }

  private static Position position(Broker broker, RoomName room, long sequence) {
    return Store.stored(publish(broker, room, sequence)).position();
  }

  private static Broker.Extent extent(Broker broker, RoomName room) {
    return Store.value(
            Store.<Broker.Answer<Broker.Page>>await(then -> broker.read(room, 1, 1, 1, then)))
        .extent();
  }

  private static List<String> rooms(Broker broker, String wildcard, int limit) {
    return Store.value(
            Store.<Broker.Answer<List<RoomName>>>await(
                then -> broker.rooms(Wildcard.of(wildcard), limit, then)))
        .stream()
        .map(RoomName::value)
        .toList();
  }

  @Test
  void volatileRoomsAreInMemoryAndAllOthersInTheStore() {
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      assertThat(Store.stored(publish(broker, LIVE, 1)).level()).isEqualTo(Broker.Level.MEMORY);
      assertThat(Store.stored(publish(broker, LIVE.presence(), 1)).level())
          .isEqualTo(Broker.Level.MEMORY);
      for (RoomName kept : List.of(CHAT, CHAT.presence(), CHAT.deadLetters(), RoomName.GLOBAL)) {
        assertThat(Store.stored(publish(broker, kept, 1)).level()).isEqualTo(Broker.Level.STORED);
      }
    }
    try (Broker stored = store(KEEP)) {
      assertThat(rooms(stored, "**", 10)).containsExactly("chat/a");
    }
  }

  @Test
  void volatileRoomsGoOnWithoutTheStore() {
    SqliteBroker store = store(LIVE_IS_VOLATILE);
    try (Broker broker = divided(store)) {
      Position before = position(broker, LIVE, 1);
      store.close();
      assertThat(Store.failed(publish(broker, CHAT, 1)).problem().reason())
          .isEqualTo(Problem.Reason.BROKER_UNAVAILABLE);
      assertThat(position(broker, LIVE, 2)).isEqualTo(new Position(before.epoch(), 2));
      Broker.Answer<List<RoomName>> all =
          Store.await(then -> broker.rooms(Wildcard.of("**"), 10, then));
      assertThat(all).as("half a list is none").isInstanceOf(Broker.Answer.Failed.class);
    }
  }

  @Test
  void aVolatileRoomBeginsANewLogWithEachStartAndTheOthersGoOn() {
    Position live;
    Position chat;
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      live = position(broker, LIVE, 1);
      chat = position(broker, CHAT, 1);
    }
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      assertThat(extent(broker, LIVE).epoch()).isNotEqualTo(live.epoch());
      assertThat(extent(broker, LIVE).head()).isZero();
      assertThat(position(broker, CHAT, 2)).isEqualTo(new Position(chat.epoch(), 2));
    }
  }

  @Test
  void aRoomThatWasVolatileForAWhileDoesNotGoOnWhereItWasBefore() {
    Position before;
    Position other;
    Position between;
    try (Broker broker = store(KEEP)) {
      before = position(broker, LIVE, 1);
      other = position(broker, CHAT, 1);
    }
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      assertThat(Store.failed(publish(broker, LIVE, 2)).problem().reason())
          .isEqualTo(Problem.Reason.PUBLISHER_RESET);
      between = position(broker, LIVE, 1);
    }
    try (Broker broker = store(KEEP)) {
      // Who was there before and not meanwhile has missed something, and has to be told.
      assertThat(Set.of(before.epoch(), between.epoch()))
          .doesNotContain(extent(broker, LIVE).epoch());
      assertThat(Store.failed(publish(broker, LIVE, 2)).problem().reason())
          .isEqualTo(Problem.Reason.PUBLISHER_RESET);
      Store.stored(publish(broker, LIVE, 1));
      assertThat(position(broker, CHAT, 2)).isEqualTo(new Position(other.epoch(), 2));
    }
  }

  @Test
  void aSubscriptionFromBeforeIsOfAnEarlierEpoch() {
    Subscriber who = new Subscriber("alice", "phone");
    Broker.Cursor cursor;
    try (Broker broker = store(KEEP)) {
      cursor = new Broker.Cursor(position(broker, LIVE, 1).epoch(), 1, 0);
      settle(broker, who, cursor);
    }
    divided(store(LIVE_IS_VOLATILE)).close();
    try (Broker broker = store(KEEP)) {
      Broker.Subscription found =
          Store.value(
              Store.<Broker.Answer<Broker.Subscription>>await(
                  then -> broker.subscription(LIVE, who, then)));
      assertThat(found.cursor()).isEqualTo(cursor);
      assertThat(found.extent().epoch()).isNotEqualTo(cursor.epoch());
      Broker.Cursor now = new Broker.Cursor(found.extent().epoch(), 0, 0);
      assertThat(settle(broker, who, now)).isEqualTo(now);
    }
  }

  private static Broker.Cursor settle(Broker broker, Subscriber who, Broker.Cursor cursor) {
    return Store.value(
        Store.<Broker.Answer<Broker.Cursor>>await(then -> broker.settle(LIVE, who, cursor, then)));
  }

  @Test
  void roomsOfBothAreListedByNameAndNoneFromBeforeItWasVolatile() {
    try (Broker broker = store(KEEP)) {
      for (int i = 0; i < 50; i++) {
        publish(broker, RoomName.of("live/old" + i), 1);
      }
      publish(broker, RoomName.of("z"), 1);
    }
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      publish(broker, LIVE, 1);
      publish(broker, CHAT, 1);
      assertThat(rooms(broker, "**", 10)).containsExactly("chat/a", "live/a", "z");
      assertThat(rooms(broker, "**", 2)).containsExactly("chat/a", "live/a");
      assertThat(rooms(broker, "live/*", 1)).containsExactly("live/a");
    }
  }

  @Test
  void sessionsAndConditionAreThoseOfTheStore() {
    var session =
        new SessionStore.Kept("s", new User("alice"), 0, List.of(LIVE), "token", null, 1, 0);
    SqliteBroker store = store(LIVE_IS_VOLATILE);
    try (Broker broker = divided(store)) {
      broker.sessions().keep(session);
      publish(broker, CHAT, 1); // what was kept before is stored with it
      assertThat(broker.condition().trouble()).isNull();
      assertThat(broker.condition().figures())
          .extracting(Condition.Figure::name)
          .contains("carillon_store_up");
    }
    try (Broker broker = divided(store(LIVE_IS_VOLATILE))) {
      assertThat(
              Store.value(
                  Store.<Broker.Answer<List<SessionStore.Kept>>>await(
                      then -> broker.sessions().all(then))))
          .containsExactly(session);
    }
  }
}
