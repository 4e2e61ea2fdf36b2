package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Broker.Append;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PowerLossTests {
  private static final RoomName ONE = RoomName.of("one");
  private static final RoomName OTHER = RoomName.of("other");

  @Test
  void theGroupUnderWayIsWhollyThereOrWhollyNotAndNothingBehindItIs() {
    Set<Long> heads = new HashSet<>();
    for (int seed = 0; seed < 40; seed++) {
      World world = new World(seed);
      var memory = new MemoryBroker(Policies.DEFAULT, world, world.ids.split(), 1 << 20);
      DiskBroker broker = new DiskBroker(world, world.broker, memory);
      List<Broker.Appended> answers = new ArrayList<>();
      append(broker, ONE, 1, answers);
      while (answers.isEmpty()) {
        world.step();
      }
      append(broker, ONE, 2, answers);
      append(broker, ONE, 2, answers); // both of these wait for the one before
      append(broker, OTHER, 4, answers);
      broker.losePower();
      boolean more = true;
      while (more) {
        more = world.step();
      }
      assertThat(answers).as("only the first was answered").hasSize(1);
      assertThat(head(memory, OTHER)).isZero();
      heads.add(head(memory, ONE));
    }
    assertThat(heads).containsExactlyInAnyOrder(1L, 3L);
  }

  private static void append(
      Broker broker, RoomName room, int count, List<Broker.Appended> answers) {
    List<Append> batch =
        IntStream.range(0, count)
            .mapToObj(i -> new Append(Draft.of(Payload.text("x")), "id", null, 1))
            .toList();
    broker.append(room, batch, answers::addAll);
  }

  private static long head(Broker broker, RoomName room) {
    List<Broker.Answer<Broker.Extent>> found = new ArrayList<>(1);
    broker.find(room, 0, found::add);
    return ((Broker.Answer.Done<Broker.Extent>) found.getFirst()).value().head();
  }
}
