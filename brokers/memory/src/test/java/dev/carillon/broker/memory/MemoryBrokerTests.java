package dev.carillon.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.BrokerContract;
import dev.carillon.testkit.FakeClock;
import java.time.Duration;
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

  private void store(Broker broker, RoomName room, Broker.Append append) {
    List<Broker.Appended> results = await(answer -> broker.append(room, List.of(append), answer));
    assertThat(results.getFirst()).isInstanceOf(Broker.Appended.Stored.class);
  }

  private Broker.Page page(Broker broker, RoomName room) {
    Broker.Answer<Broker.Page> answer = await(each -> broker.read(room, 1, 1, 1, each));
    return ((Broker.Answer.Done<Broker.Page>) answer).value();
  }
}
