package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Draft;
import dev.carillon.core.HeldBytes;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Permissions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One budget for all that grows with clients: who goes when it is used up, and who stays. */
class GovernorTests {
  private static final long BUDGET = 2 << 20;

  private final TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
  private final Node node =
      new Node(
          NodeSettings.DEFAULT.withMemoryBytes(BUDGET),
          Policies.DEFAULT,
          new MemoryBroker(Policies.DEFAULT, InstantSource.system(), new Random(1)),
          Gate.OPEN,
          InstantSource.system(),
          new Random(1),
          List.of(server.mailbox));

  GovernorTests() {
    server.loop.serve(node.shard(0));
  }

  private record Client(MemorySocket socket, Connection connection) {
    boolean ended() {
      return socket.closed || socket.aborted;
    }
  }

  private Client open() {
    MemorySocket socket = new MemorySocket();
    return new Client(socket, server.open(socket));
  }

  /** As a transport does: links that were ended are gone soon. */
  private void end(List<Client> clients) {
    for (Client client : clients) {
      if (client.ended()) {
        client.connection.closed();
      }
    }
  }

  private long held(HeldBytes.Kind kind) {
    return node.governor().held(kind);
  }

  /** A frame's header that announces a megabyte, and so much of it. */
  private static byte[] begun(int bytes) {
    ByteBuffer begun = ByteBuffer.allocate(14 + bytes);
    begun.put((byte) 0x82).put((byte) (0x80 | 127)).putLong(1 << 20).putInt(0);
    return begun.array();
  }

  @Test
  void ofManyMessagesThatNeverEndTheLargestGoAndWhoSpeaksPlainlyStays() {
    Client plain = open();
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Client client = open();
      clients.add(client);
      server.receive(client.connection, begun(i % 2 == 0 ? 20_000 : 120_000));
      server.pass(Duration.ofMillis(100));
      end(clients);
      assertThat(held(HeldBytes.Kind.INCOMING)).isLessThan(BUDGET + 200_000);
    }

    assertThat(clients).filteredOn(Client::ended).hasSizeGreaterThan(20);
    for (int i = 0; i < clients.size(); i += 2) {
      assertThat(clients.get(i).ended()).as("a small one").isFalse();
    }
    Client gone = clients.stream().filter(Client::ended).findFirst().orElseThrow();
    byte[] close = gone.socket.takeAll();
    assertThat(close[0]).isEqualTo((byte) 0x88);
    assertThat((close[2] & 0xff) << 8 | close[3] & 0xff).isEqualTo(4430);
    assertThat(server.loop.traffic().shedConnections()).isGreaterThan(20);

    server.receive(plain.connection, TestServer.text("still here"));
    assertThat(new String(plain.socket.takeAll(), StandardCharsets.UTF_8)).endsWith("still here");
  }

  @Test
  void countsOfEndedConnectionsAreZero() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Client client = open();
      clients.add(client);
      server.receive(client.connection, begun(10_000 * i));
      client.socket.takes = some -> 0;
      server.receive(client.connection, TestServer.times(3, TestServer.ping()));
    }
    Client unread = open();
    unread.socket.takes = some -> 0;
    server.receive(unread.connection, TestServer.text("x".repeat(30_000)));
    server.pass(Duration.ofSeconds(1));
    assertThat(held(HeldBytes.Kind.INCOMING)).isGreaterThan(450_000);
    assertThat(held(HeldBytes.Kind.OUTGOING)).isGreaterThanOrEqualTo(30_000);

    clients.forEach(client -> client.connection.closed());
    unread.connection.closed();
    assertThat(held(HeldBytes.Kind.INCOMING)).isZero();
    assertThat(held(HeldBytes.Kind.OUTGOING)).isZero();
  }

  @Test
  void logsGiveWayBeforeAnybodyIsEndedWhenTheyAreTheLargest() {
    Client client = open();
    server.receive(client.connection, begun(50_000));
    MemoryRooms rooms = new MemoryRooms();
    for (int i = 0; i < 40; i++) {
      rooms.fill(RoomName.of("room" + i));
    }
    server.pass(Duration.ofMillis(300));

    assertThat(held(HeldBytes.Kind.LOGS)).isBetween(1L, BUDGET);
    assertThat(node.governor().held()).isLessThanOrEqualTo(BUDGET);
    assertThat(client.ended()).isFalse();
  }

  /** Rooms with a follower each, so that the node keeps a log of them. */
  private final class MemoryRooms {
    void fill(RoomName room) {
      var session =
          node.shard(0)
              .open(
                  new User("u"),
                  Permissions.ALL,
                  (name, epoch, entry, compress, into) -> into.put(1),
                  new SilentPeer(),
                  new SilentPeer());
      session.join(1, room, JoinOptions.NOW);
      server.mailbox.runAll();
      for (int i = 0; i < 10; i++) {
        Draft draft = Draft.of(Payload.text("x".repeat(10_000)));
        node.publish(room, draft, (answer, readers) -> {});
      }
      server.mailbox.runAll();
    }
  }
}
