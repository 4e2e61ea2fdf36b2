package dev.carillon.protocol.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Protocol;
import dev.carillon.testkit.TestConnection;
import dev.carillon.testkit.TestConnection.Closed;
import dev.carillon.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainProtocolTests {
  private static final Protocol PLAIN = new PlainProtocol();
  private static final Retention THREE = new Retention(3, Long.MAX_VALUE, Duration.ofDays(1));

  private TestNode node = new TestNode();

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  /** Connects to {@code path?name=value&...}. */
  private TestConnection connect(String address) {
    String[] parts = address.split("\\?", 2);
    Map<String, List<String>> query = new TreeMap<>();
    if (parts.length == 2) {
      for (String each : parts[1].split("&")) {
        String[] pair = each.split("=", 2);
        query.put(pair[0], List.of(pair[1]));
      }
    }
    Credentials nobody = new Credentials(null, Credentials.Source.NONE, null, "127.0.0.1");
    return node.connect(PLAIN, new Opening(parts[0], query, null, nobody));
  }

  private Position publish(String text) {
    Broker.Appended answer = node.publish("chat/lobby", Draft.of(Payload.text(text)));
    return ((Broker.Appended.Stored) answer).position();
  }

  private static List<String> texts(TestConnection connection) {
    return connection.received().stream().map(TestConnection.Frame::text).toList();
  }

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(Protocol.class)).anyMatch(PlainProtocol.class::isInstance);
  }

  @Test
  void answersUnderRoomsAndNowhereElse() {
    assertThat(PLAIN.answers("/rooms/chat/lobby")).isTrue();
    assertThat(PLAIN.answers("/rooms")).isFalse();
    assertThat(PLAIN.answers("/ws")).isFalse();
  }

  @Test
  void aFrameIsPublishedAsItWasSentAndComesBackToItsSenderToo() {
    TestConnection ann = connect("/rooms/chat/lobby");
    TestConnection bob = connect("/rooms/chat/lobby");

    ann.send("{\"looks\":\"like json\"}");
    ann.send(new Payload(Payload.Kind.BINARY, new byte[] {1, 2, 3}));

    for (TestConnection each : List.of(ann, bob)) {
      assertThat(each.received())
          .containsExactly(
              new TestConnection.Frame(
                  Payload.Kind.TEXT, Payload.text("{\"looks\":\"like json\"}")),
              new TestConnection.Frame(
                  Payload.Kind.BINARY, new Payload(Payload.Kind.BINARY, new byte[] {1, 2, 3})));
    }
  }

  @Test
  void whatOthersPublishedAsJsonArrivesAsText() {
    TestConnection ann = connect("/rooms/chat/lobby");

    node.publish("chat/lobby", Draft.of("say", Payload.json("{\"n\":1}")));

    assertThat(ann.received())
        .containsExactly(new TestConnection.Frame(Payload.Kind.TEXT, Payload.text("{\"n\":1}")));
  }

  @Test
  void roomsAreApart() {
    TestConnection other = connect("/rooms/chat/other");
    connect("/rooms/chat/lobby").send("psst");

    assertThat(other.received()).isEmpty();
  }

  @Test
  void withoutAStartOnlyWhatIsNewComes() {
    publish("old");
    TestConnection ann = connect("/rooms/chat/lobby");
    publish("new");

    assertThat(texts(ann)).containsExactly("new");
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1, c", "2, b c", "20, a b c"})
  void lastGivesTheLastMessagesAndThenLiveOnes(String last, String expected) {
    publish("a");
    publish("b");
    publish("c");
    TestConnection ann = connect("/rooms/chat/lobby?last=" + last);
    publish("live");

    assertThat(String.join(" ", texts(ann))).isEqualTo((expected + " live").strip());
  }

  @Test
  void fromGivesExactlyWhatFollowsThePosition() {
    publish("a");
    Position seen = publish("b");
    publish("c");
    TestConnection ann = connect("/rooms/chat/lobby?from=" + seen);
    publish("d");

    assertThat(texts(ann)).containsExactly("c", "d");
    assertThat(ann.closed()).isNull();
  }

  @Test
  void aPositionOfAnotherEpochEndsWithTheHead() {
    Position head = publish("a");

    TestConnection ann = connect("/rooms/chat/lobby?from=0123456789abcdef0123456789abcdef:1");

    assertThat(ann.received()).isEmpty();
    assertThat(ann.closed()).isEqualTo(new Closed(Disconnect.RESET, "reset " + head));
  }

  @Test
  void aPositionAheadOfTheHeadEndsWithTheHead() {
    Position head = publish("a");

    TestConnection ann = connect("/rooms/chat/lobby?from=" + head.epoch() + ":7");

    assertThat(ann.closed()).isEqualTo(new Closed(Disconnect.RESET, "reset " + head));
  }

  @Test
  void aPositionThatRetentionHasOutrunEndsWithTheHead() {
    keepingThree();
    Position seen = publish("1");
    Position head = seen;
    for (int i = 2; i <= 20; i++) {
      head = publish("" + i);
    }

    TestConnection ann = connect("/rooms/chat/lobby?from=" + seen);

    assertThat(texts(ann)).isEmpty();
    assertThat(ann.closed()).isEqualTo(new Closed(Disconnect.RESET, "reset " + head));
  }

  @Test
  void aReaderThatFellTooFarBehindGetsThePositionUpToWhichItHasEverything() {
    keepingThree();
    TestConnection ann = connect("/rooms/chat/lobby");
    Position first = publish("1");
    ann.window(0);
    for (int i = 2; i <= 2000; i++) {
      publish("" + i);
    }
    ann.window(Long.MAX_VALUE);

    List<String> texts = texts(ann);
    Closed closed = ann.closed();
    assertThat(closed).isNotNull();
    assertThat(closed.why()).isEqualTo(Disconnect.LAG);
    assertThat(texts).isNotEmpty();
    assertThat(closed.reason()).isEqualTo("lag " + first.epoch() + ":" + texts.size());
    assertThat(texts.getLast()).isEqualTo("" + texts.size());
  }

  /** Whatever the room's policy does about others: nobody can tell a plain peer of a gap. */
  @ParameterizedTest
  @EnumSource(SlowReaders.Action.class)
  void aSlowReaderIsDisconnectedUnderEveryPolicy(SlowReaders.Action action) {
    node.close();
    SlowReaders strict = new SlowReaders(action, 1000, Duration.ofSeconds(10));
    node = new TestNode(2, room -> RoomPolicy.DEFAULT.withSlowReaders(strict), "memory");
    TestConnection ann = connect("/rooms/a");
    ann.window(0);
    for (int i = 1; i <= 20; i++) {
      String key = i == 1 ? null : "key";
      node.publish("a", new Draft(null, Payload.text("" + i), Map.of(), key, 0, 0, true, null));
    }
    node.advance(Duration.ofSeconds(2));

    assertThat(ann.received()).isEmpty();
    assertThat(ann.closed()).isNotNull();
    assertThat(ann.closed().why()).isEqualTo(Disconnect.LAG);
    assertThat(ann.closed().reason()).startsWith("lag ").endsWith(":0");
  }

  private void keepingThree() {
    node.close();
    Policies three = room -> RoomPolicy.DEFAULT.withRetention(THREE);
    node = new TestNode(2, three, "memory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/rooms/",
        "/rooms//",
        "/rooms/a//b",
        "/rooms/$presence/chat/lobby",
        "/rooms/$global",
        "/rooms/a b",
        "/rooms/a/../b",
        "/rooms/é"
      })
  void aBadRoomNameEndsTheConnectionWithASentence(String path) {
    TestConnection ann = connect(path);

    assertThat(ann.closed()).isNotNull();
    assertThat(ann.closed().why()).isEqualTo(Disconnect.BAD_MESSAGE);
    assertThat(ann.closed().reason()).startsWith("a room name ");
    assertThat(ann.offences()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "last=-1, last must be a number from 0 to 1000",
    "last=1001, last must be a number from 0 to 1000",
    "last=99999999999999999999, last must be a number from 0 to 1000",
    "last=, last must be a number from 0 to 1000",
    "last=ten, last must be a number from 0 to 1000",
    "from=7, 'from must be a position, 32 hexadecimal digits, a colon and an offset'",
    "from=, 'from must be a position, 32 hexadecimal digits, a colon and an offset'",
    "last=1&from=7, 'last and from exclude each other, give one of them'"
  })
  void aBadStartEndsTheConnectionWithASentence(String query, String sentence) {
    TestConnection ann = connect("/rooms/chat/lobby?" + query);

    assertThat(ann.closed()).isEqualTo(new Closed(Disconnect.BAD_MESSAGE, sentence));
  }

  @Test
  void parametersThatItDoesNotKnowAreIgnored() {
    assertThat(connect("/rooms/chat/lobby?colour=blue").closed()).isNull();
  }

  @Test
  void aRoomThatMayNotBeReadEndsTheConnection() {
    node.authenticator(credentials -> new Answer.Accepted(new User("eve"), new Nothing()));
    TestConnection eve = connect("/rooms/chat/lobby");

    assertThat(eve.closed()).isNotNull();
    assertThat(eve.closed().why()).isEqualTo(Disconnect.FORBIDDEN);
  }

  @Test
  void aMessageThatIsNotTakenEndsTheConnectionWithTheReason() {
    node.close();
    node =
        new TestNode(
            1, room -> RoomPolicy.DEFAULT.withLimits(new RoomPolicy.Limits(1000, 10, 0)), "memory");
    TestConnection ann = connect("/rooms/chat/lobby");

    ann.send("12345678901");
    ann.send("after it");

    Closed closed = ann.closed();
    assertThat(closed).isNotNull();
    assertThat(closed.why()).isEqualTo(Disconnect.TOO_LARGE);
    assertThat(closed.reason()).startsWith("not published: ");
    assertThat(texts(ann)).isEmpty();
  }

  @Test
  void refusedCredentialsEndTheConnectionWithTheirReason() {
    node.authenticator(
        credentials ->
            new Answer.Refused(new Problem(Problem.Reason.UNAUTHENTICATED, "no token was given")));

    assertThat(connect("/rooms/chat/lobby").closed())
        .isEqualTo(new Closed(Disconnect.UNAUTHENTICATED, "no token was given"));
  }

  private static final class Nothing implements Permissions {
    @Override
    public boolean mayJoin(RoomName room) {
      return false;
    }

    @Override
    public boolean mayPublish(RoomName room) {
      return false;
    }
  }
}
