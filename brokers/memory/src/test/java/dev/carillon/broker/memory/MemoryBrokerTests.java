package dev.carillon.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.BrokerContract;
import dev.carillon.testkit.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryBrokerTests extends BrokerContract {
  @Override
  protected Broker open(Policies policies, FakeClock clock) {
    return new MemoryBroker(policies, clock, new SplittableRandom(1));
  }

  @Test
  void beyondTheWeightOfAllLogsARoomKeepsItsNewestMessageOnly() {
    FakeClock clock = new FakeClock();
    try (Broker small =
        new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1), 10_000)) {
      Payload large = new Payload(Payload.Kind.BINARY, new byte[6_000]);
      for (int i = 0; i < 5; i++) {
        store(small, ROOM, new Broker.Append(Draft.of(large), "id" + i, null, clock.millis()));
      }
      Broker.Answer<Broker.Page> page = await(answer -> small.read(ROOM, 1, 10, 1 << 20, answer));
      var done = (Broker.Answer.Done<Broker.Page>) page;
      assertThat(done.value().entries()).hasSizeLessThanOrEqualTo(2);
      assertThat(done.value().extent().head()).isEqualTo(5);
    }
  }

  @Test
  void aRoomThatWasForgottenComesBackInANewEpoch() {
    FakeClock clock = new FakeClock();
    try (Broker broker = new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1))) {
      Broker.Page before = page(broker, ROOM);
      Broker.Append append = new Broker.Append(Draft.of(Payload.text("a")), "a", null, 0);
      store(broker, ROOM, append);
      clock.advance(Duration.ofDays(3));
      RoomName busy = RoomName.of("busy");
      for (int i = 0; i < 2048; i++) { // enough appends for the sweep to come by
        store(broker, busy, append);
      }
      Broker.Page after = page(broker, ROOM);
      assertThat(after.extent().head()).isZero();
      assertThat(after.extent().epoch()).isNotEqualTo(before.extent().epoch());
    }
  }

  @Test
  void thoseWhoPublishToMoreAndMoreRoomsHaveTheOldestOnesForgotten() {
    FakeClock clock = new FakeClock();
    long most = 1 << 20;
    try (Broker small = new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1), most)) {
      Broker.Append append =
          new Broker.Append(Draft.of(Payload.text("x".repeat(100))), "a", null, clock.millis());
      store(small, ROOM, append);
      Broker.Extent read = attach(small, ROOM);
      RoomName first = room(1);
      store(small, first, append);
      Broker.Extent before = page(small, first).extent();
      for (int i = 2; i <= 10_000; i++) {
        clock.advance(Duration.ofMillis(1));
        store(small, room(i), append);
      }
      Broker.Answer<List<RoomName>> left =
          await(answer -> small.rooms(Wildcard.of("**"), 100_000, answer));
      assertThat(((Broker.Answer.Done<List<RoomName>>) left).value()).hasSizeBetween(500, 1000);
      assertThat(page(small, room(10_000)).extent().head()).isEqualTo(1);
      Broker.Extent after = page(small, first).extent();
      assertThat(after.head()).isZero();
      assertThat(after.epoch()).as("readers are told").isNotEqualTo(before.epoch());
      assertThat(page(small, ROOM).extent()).as("somebody reads it").isEqualTo(read);
    }
  }

  @Test
  void howeverManyThreadsMakeThem() throws InterruptedException {
    FakeClock clock = new FakeClock();
    long most = 4 << 20;
    try (Broker small = new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1), most)) {
      Broker.Append append =
          new Broker.Append(Draft.of(Payload.text("x".repeat(4000))), "a", null, clock.millis());
      for (int i = 0; i < 200; i++) { // these are read, and stay
        attach(small, room(i));
        store(small, room(i), append);
      }
      List<Thread> threads = new ArrayList<>();
      for (int t = 1; t <= 3; t++) {
        int first = t * 100_000;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 20_000; i++) {
                        small.append(room(first + i), List.of(append), each -> {});
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Broker.Answer<List<RoomName>> left =
          await(answer -> small.rooms(Wildcard.of("**"), 100_000, answer));
      assertThat(((Broker.Answer.Done<List<RoomName>>) left).value()).hasSizeBetween(700, 1000);
    }
  }

  private static RoomName room(int number) {
    return RoomName.of("many/" + number);
  }

  private Broker.Extent attach(Broker broker, RoomName room) {
    Broker.Feed none =
        new Broker.Feed() {
          @Override
          public void entries(Epoch epoch, List<Entry> entries) {}

          @Override
          public void interrupted(Problem problem) {}
        };
    Broker.Answer<Broker.Extent> answer = await(each -> broker.attach(room, none, each));
    return ((Broker.Answer.Done<Broker.Extent>) answer).value();
  }

  private void store(Broker broker, RoomName room, Broker.Append append) {
    List<Broker.Appended> results = await(answer -> broker.append(room, List.of(append), answer));
    assertThat(results.getFirst()).isInstanceOf(Broker.Appended.Stored.class);
  }

  private Broker.Page page(Broker broker, RoomName room) {
    Broker.Answer<Broker.Page> answer = await(each -> broker.read(room, 1, 1, 1, each));
    return ((Broker.Answer.Done<Broker.Page>) answer).value();
  }
}
