package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomPolicy;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several rooms on one connection: none waits for another's backlog, and the urgent goes first. */
class TurnTests {
  private static final RoomPolicy POLICY =
      RoomPolicy.DEFAULT.withRetention(new Retention(100_000, 64 << 20, Duration.ofHours(1)));

  private final TestNode node = new TestNode(1, room -> POLICY, "memory");
  private final Dialogue reader = Dialogue.connected(node, "reader");

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private void join(String room) {
    reader.says("{'op':'join','id':1,'room':'" + room + "'}");
  }

  private void publish(String room, int bytes, int priority) {
    Payload payload = Payload.text("x".repeat(bytes));
    node.publish(room, new Draft(null, payload, Map.of(), null, priority, 0, true, null));
  }

  /** Lets the connection take bytes bit by bit, and notes of which room each message was. */
  private List<String> rooms(int bytesAtOnce) {
    List<String> rooms = new ArrayList<>();
    List<FromServer> heard;
    do {
      reader.connection().window(bytesAtOnce);
      heard = reader.hears();
      for (FromServer each : heard) {
        if (each instanceof ServerMessage.Message message) {
          rooms.add(message.room());
        }
      }
    } while (!heard.isEmpty());
    return rooms;
  }

  @Test
  void aSmallMessageWaitsForOneTurnOfABacklogAndNotForAllOfIt() {
    join("big");
    join("small");
    reader.hears();
    reader.connection().window(0);
    for (int i = 0; i < 500; i++) {
      publish("big", 10_000, 0); // 5 MB
    }
    publish("small", 20, 0);

    List<String> rooms = rooms(64_000);
    assertThat(rooms).hasSize(501);
    assertThat(rooms.indexOf("small")).isLessThan(12); // 64 KiB and what fills a segment
  }

  @Test
  void roomsTakeTurns() {
    List<String> names = List.of("a", "b", "c");
    names.forEach(this::join);
    reader.hears();
    reader.connection().window(0);
    for (String name : names) {
      for (int i = 0; i < 60; i++) {
        publish(name, 10_000, 0);
      }
    }
    List<String> rooms = rooms(64_000);
    assertThat(rooms).hasSize(180);
    for (String name : names) {
      assertThat(rooms.subList(0, 60).stream().filter(name::equals).count()).isBetween(8L, 32L);
    }
  }

  @Test
  void aRoomWithAnUrgentMessageGoesFirstAndOneWithUnimportantOnesLast() {
    for (String name : List.of("blocked", "low", "usual", "high")) {
      join(name);
    }
    reader.hears();
    reader.connection().window(1);
    publish("blocked", 20, 0);
    publish("low", 20, -1);
    publish("usual", 20, 0);
    publish("high", 20, 0);
    publish("high", 20, 1);

    assertThat(rooms(1000)).containsExactly("blocked", "high", "high", "usual", "low");
  }

  @Test
  void urgentRoomsDoNotStarveTheOthers() {
    for (String name : List.of("blocked", "low", "usual", "high")) {
      join(name);
    }
    reader.hears();
    reader.connection().window(1);
    publish("blocked", 20, 0);
    for (int i = 0; i < 400; i++) {
      publish("low", 10_000, -1);
      publish("usual", 10_000, 0);
      publish("high", 10_000, 1);
    }
    List<String> first = rooms(64_000).subList(0, 400);
    assertThat(first.stream().filter("high"::equals).count()).isGreaterThan(250);
    assertThat(first).contains("usual", "low");
  }
}
