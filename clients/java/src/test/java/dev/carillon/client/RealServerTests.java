package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carillon.server.Carillon;
import dev.carillon.server.Server;
import dev.carillon.testkit.FaultProxy;
import dev.carillon.testkit.Faults;
import dev.carillon.wire.Payload;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the real server. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RealServerTests {
  private static String url(Server server) {
    return "ws://localhost:" + server.port();
  }

  @ParameterizedTest
  @EnumSource(ClientOptions.Encoding.class)
  void theFirstMinuteInEveryEncoding(ClientOptions.Encoding encoding) {
    try (Server server = Carillon.server().listen(0);
        var client =
            CarillonClient.connect(url(server), ClientOptions.DEFAULT.withEncoding(encoding))) {
      var room = client.join("chat/lobby");
      Published first = room.publish("hello");
      assertThat(room.next().data()).isEqualTo("hello");

      room.publish(Payload.json("{\"n\": 1}"), PublishOptions.DEFAULT.withEvent("count"));
      Message second = room.next();
      assertThat(second.data()).isEqualTo("{\"n\": 1}");
      assertThat(second.event()).isEqualTo("count");
      assertThat(second.offset()).isEqualTo(first.position().offset() + 1);

      room.publish(Payload.binary(new byte[] {1, 2, 3}));
      assertThat(room.next().bytes()).containsExactly(1, 2, 3);
      assertThat(client.history("chat/lobby", HistoryQuery.last(2)).messages())
          .extracting(Message::offset)
          .containsExactly(2L, 3L);
      assertThat(client.members("chat/lobby").count()).isEqualTo(1);
    }
  }

  @Test
  void aRoomIsReadFromItsPastAndWhoIsThereIsTold() {
    try (Server server = Carillon.server().listen(0);
        var alice = CarillonClient.connect(url(server));
        var bob = CarillonClient.connect(url(server))) {
      for (int i = 1; i <= 5; i++) {
        alice.publish("r", "m" + i);
      }
      var room = alice.join("r", JoinOptions.last(2).withPresence());
      assertThat(room.next().data()).isEqualTo("m4");
      assertThat(room.next().data()).isEqualTo("m5");

      var other = bob.join("r");
      RoomEvent event = room.nextEvent();
      assertThat(event)
          .isInstanceOfSatisfying(
              RoomEvent.PresenceChanged.class,
              change -> assertThat(change.event()).isEqualTo(PresenceEvent.JOIN));
      assertThat(room.presence()).hasSize(2);
      other.state("{\"typing\":true}");
      assertThat(room.nextEvent()).isInstanceOf(RoomEvent.PresenceChanged.class);
      other.leave();
      assertThat(catchThrowableOfType(CarillonException.class, other::next).code())
          .isEqualTo("left");
    }
  }

  @Test
  void theInboxGetsWhatIsSaidToTheSessionItsUserAndEverybody() {
    try (Server server = Carillon.server().listen(0);
        var ann = CarillonClient.connect(url(server));
        var bob = CarillonClient.connect(url(server))) {
      PublishOptions counting = PublishOptions.DEFAULT.withReaderCount();
      Target you = new Target.Session(bob.session());
      assertThat(ann.publish(you, Payload.text("you"), counting).readers()).isEqualTo(1);
      Target user = new Target.User(Objects.requireNonNull(bob.user()));
      ann.publish(user, Payload.text("user"), PublishOptions.DEFAULT);
      ann.publish(new Target.Global(), Payload.text("all"), PublishOptions.DEFAULT);

      assertThat(List.of(bob.inbox().next(), bob.inbox().next(), bob.inbox().next()))
          .extracting(message -> message.room().split("/")[0] + " " + message.data())
          .containsExactly("$session you", "$user user", "$global all");
      assertThat(ann.inbox().next().data()).isEqualTo("all");
    }
  }

  @Test
  void aWildcardReadsRoomsThatAreThereAndRoomsThatComeUp() {
    try (Server server = Carillon.server().listen(0);
        var client = CarillonClient.connect(url(server))) {
      client.publish("prices/old", "0");
      var prices = client.join("prices/*", JoinOptions.last(1));
      client.publish("prices/new", "1");
      client.publish("prices/old", "2");
      client.publish("prices/deep/er", "3");
      client.publish("prices/new", "4");

      assertThat(List.of(prices.next(), prices.next(), prices.next(), prices.next()))
          .extracting(message -> message.room() + " " + message.data())
          .containsExactlyInAnyOrder(
              "prices/old 0", "prices/new 1", "prices/old 2", "prices/new 4");
      prices.leave();
      assertThat(client.join("prices/new", JoinOptions.last(1)).next().data()).isEqualTo("4");
    }
  }

  @Test
  void thePastIsReadPageByPageInEitherDirection() {
    try (Server server = Carillon.server().listen(0);
        var client = CarillonClient.connect(url(server))) {
      String filling = "x".repeat(2000);
      for (int n = 1; n <= 100; n++) {
        PublishOptions options = PublishOptions.DEFAULT.withKey("k" + n % 10);
        client.publish(new Target.Room("r"), Payload.text(n + filling), options);
      }
      assertThat(client.history("r", HistoryQuery.OLDEST).more()).isTrue();
      assertThat(client.past("r", HistoryQuery.OLDEST))
          .extracting(Message::offset)
          .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
      assertThat(client.past("r", HistoryQuery.last(60).newestFirst().withLimit(50)))
          .extracting(Message::offset)
          .isEqualTo(LongStream.rangeClosed(0, 49).map(n -> 100 - n).boxed().toList());
      assertThat(client.past("r", HistoryQuery.OLDEST.compacted()))
          .extracting(Message::offset)
          .isEqualTo(LongStream.rangeClosed(91, 100).boxed().toList());
      assertThat(client.past("r", HistoryQuery.since(Instant.EPOCH).withLimit(1))).hasSize(1);
    }
  }

  @Test
  void anAuthenticatorsNoEndsTheClientWithItsCode() {
    try (Server server = Carillon.server().authenticate(credentials -> null).listen(0)) {
      CarillonException error =
          catchThrowableOfType(
              CarillonException.class,
              () ->
                  CarillonClient.connect(url(server), ClientOptions.DEFAULT.withToken("bad"))
                      .close());
      assertThat(error.code()).isEqualTo("unauthenticated");
      assertThat(error.retryable()).isFalse();
    }
  }

  @Test
  void connectionsCutAtRandomBytesLoseAndDoubleNothing() throws Exception {
    cuts(15, 200);
  }

  @Test
  @Tag("full")
  void twoHundredConnectionsCutAtRandomBytesLoseAndDoubleNothing() throws Exception {
    cuts(200, 2000);
  }

  private static void cuts(int cuts, int least) throws Exception {
    try (Server server = Carillon.server().listen(0);
        FaultProxy proxy =
            FaultProxy.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                Faults.none(7).withCuts(cuts, 400, 6_000).withPieces(700));
        Witness witness = new Witness("ws://127.0.0.1:" + proxy.port(), proxy)) {
      witness.publishUntilCut(least);
      witness.verify();
    }
  }

  @Test
  void aServerThatIsKilledAndComesBackWithItsDiskLosesAndDoublesNothing(@TempDir Path directory)
      throws Exception {
    ServedProcess first = ServedProcess.start(0, directory);
    int port = first.port();
    try (Witness witness = new Witness("ws://127.0.0.1:" + port, null)) {
      witness.publish(200);
      first.kill();
      witness.publishLater(50);
      try (ServedProcess second = ServedProcess.start(port, directory)) {
        witness.publish(200);
        witness.verify();
        assertThat(second.port()).isEqualTo(port);
      }
    } finally {
      first.kill();
    }
  }

  @Test
  void publicationsWaitWhileThereIsNoServerWithinTheirBound(@TempDir Path directory)
      throws Exception {
    ServedProcess server = ServedProcess.start(0, directory);
    ClientOptions few =
        ClientOptions.DEFAULT.withBounds(
            new ClientOptions.Bounds(3, 1 << 20, 100, 1 << 20, 1 << 20));
    try (var client = CarillonClient.connect("ws://127.0.0.1:" + server.port(), few)) {
      client.publish("r", "0");
      server.kill();
      var waiting =
          List.of(1, 2, 3).stream()
              .map(
                  i ->
                      client.publishAsync(
                          new dev.carillon.wire.Target.Room("r"),
                          Payload.text("" + i),
                          PublishOptions.DEFAULT))
              .toList();
      assertThat(
              catchThrowableOfType(
                      CarillonException.OutboxFull.class, () -> client.publish("r", "4"))
                  .retryable())
          .isTrue();
      try (ServedProcess back = ServedProcess.start(server.port(), directory)) {
        for (var one : waiting) {
          one.get(60, TimeUnit.SECONDS);
        }
        assertThat(client.history("r", HistoryQuery.OLDEST).messages())
            .extracting(Message::data)
            .containsExactly("0", "1", "2", "3");
        assertThat(back.port()).isEqualTo(server.port());
      }
      client.close(Duration.ZERO);
    } finally {
      server.kill();
    }
  }
}
