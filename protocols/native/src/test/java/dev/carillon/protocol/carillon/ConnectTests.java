package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Secret;
import dev.carillon.testkit.TestConnection.Closed;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTests {
  private final TestNode node = new TestNode();

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  @Test
  void isFoundByServiceLoaderUnderItsName() {
    assertThat(ServiceLoader.load(Protocol.class))
        .filteredOn(JsonProtocol.class::isInstance)
        .singleElement()
        .satisfies(json -> assertThat(json.subprotocols()).containsExactly("carillon.v1.json"));
  }

  @Test
  void isSpokenAtTheUsualAddressesToWhoNamesNothing() {
    Protocol json = new JsonProtocol();

    assertThat(json.answers("/ws")).isTrue();
    assertThat(json.answers("/")).isTrue();
    assertThat(json.answers("/rooms/chat/lobby")).isFalse();
  }

  @Test
  void connectIsAnsweredWithWhoOneIsAndWhatTheServerTakes() {
    Dialogue ann = Dialogue.silent(node, "ann").says("{'op':'connect','id':4}");

    var welcome = ann.answer(ServerMessage.Welcome.class);
    assertThat(welcome.id()).isEqualTo(4);
    assertThat(welcome.session()).isNotEmpty();
    assertThat(welcome.user()).isEqualTo("ann");
    assertThat(welcome.resumed()).isFalse();
    assertThat(welcome.serverTime()).isEqualTo(node.clock().millis());
    assertThat(welcome.heartbeat()).isEqualTo(TestNode.TERMS.heartbeat().toMillis());
    assertThat(welcome.limits().maxMessageBytes()).isEqualTo(TestNode.TERMS.maxMessageBytes());
    assertThat(welcome.limits().maxRooms()).isEqualTo(TestNode.TERMS.maxRooms());
    assertThat(welcome.node()).isEqualTo("test");
  }

  @Test
  void aTokenInTheFirstMessageIsTheOneThatCounts() {
    List<Credentials> asked = new ArrayList<>();
    node.authenticator(
        credentials -> {
          asked.add(credentials);
          return new Answer.Accepted(new User("ann"), Permissions.ALL);
        });

    Dialogue.silent(node, "ann").says("{'op':'connect','token':'sesame'}");

    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().source()).isEqualTo(Credentials.Source.FIRST_MESSAGE);
    Secret token = asked.getFirst().token();
    assertThat(token).isNotNull();
    assertThat(token.reveal()).isEqualTo("sesame");
    assertThat(asked.getFirst().userHint()).isEqualTo("ann");
  }

  @Test
  void aTokenThatIsNotAcceptedIsAnErrorAndTheEnd() {
    node.authenticator(
        credentials ->
            new Answer.Refused(new Problem(Problem.Reason.UNAUTHENTICATED, "not accepted")));
    Dialogue ann = Dialogue.silent(node, "ann").says("{'op':'connect','id':1,'token':'guess'}");

    assertThat(ann.error()).isEqualTo("unauthenticated");
    assertThat(ann.connection().closed())
        .isEqualTo(new Closed(Disconnect.UNAUTHENTICATED, "not accepted"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'op':'join','id':1,'room':'chat/lobby'}",
        "{'op':'ping','id':1}",
        "{'op':'publish','room':'chat/lobby','type':'text','data':'x'}"
      })
  void whateverComesBeforeConnectIsAnErrorAndTheEnd(String frame) {
    Dialogue ann = Dialogue.silent(node, "ann").says(frame).says("{'op':'connect'}");

    assertThat(ann.error()).isEqualTo("not_connected");
    assertThat(ann.connection().closed()).isNotNull();
    assertThat(ann.connection().closed().why()).isEqualTo(Disconnect.BAD_MESSAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "{'op':'dance','id':1}", "{'op':'connect','token':7}", "{}"})
  void aFirstFrameThatIsNoConnectIsAnErrorAndTheEnd(String frame) {
    Dialogue ann = Dialogue.silent(node, "ann").says(frame);

    assertThat(ann.error()).isIn("bad_message", "unknown_op");
    assertThat(ann.connection().closed()).isNotNull();
    assertThat(ann.connection().closed().why()).isEqualTo(Disconnect.BAD_MESSAGE);
  }

  @Test
  void aSecondConnectIsRefusedAndHarmless() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'connect','id':2}");

    assertThat(ann.error()).isEqualTo("already_connected");
    assertThat(ann.says("{'op':'ping','id':3}").answer(ServerMessage.Pong.class).id()).isEqualTo(3);
  }

  @Test
  void pingIsAnsweredWithTheServersTime() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'ping'}");

    assertThat(ann.answer(ServerMessage.Pong.class).serverTime()).isEqualTo(node.clock().millis());
  }

  @Test
  void aQuietClientIsGivenASignOfLifeThatItsApplicationSees() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.connection().conversation().beat();

    assertThat(ann.answer(ServerMessage.Heads.class).rooms()).isEmpty();
  }

  @Test
  void aGoodbyeHasAReasonOfTheWireAndAMomentToComeBackIn() {
    Dialogue ann = Dialogue.connected(node, "ann");
    node.goodbye(Disconnect.RESTARTING, Duration.ofSeconds(10));

    assertThat(ann.answer(ServerMessage.Goodbye.class))
        .isEqualTo(new ServerMessage.Goodbye("restart", 0L, null));
    assertThat(ann.connection().closed()).isNotNull();
    assertThat(ann.connection().closed().why()).isEqualTo(Disconnect.RESTARTING);
  }

  @Test
  void whereMoreComeThanAreTakenUpWhoReturnsGoesFirstAndTheOthersAreToldWhenToCome() {
    try (TestNode small = new TestNode(1, perSecond(4), Policies.DEFAULT, "memory", Gate.OPEN)) {
      Dialogue ann = Dialogue.silent(small, "ann").says("{'op':'connect','id':1}");
      String token = token(ann);
      ann.connection().vanish();
      Dialogue.connected(small, "bob");
      Dialogue eve = Dialogue.silent(small, "eve").says("{'op':'connect','id':7}");

      var refusal = eve.answer(ServerMessage.Error.class);
      assertThat(refusal.id()).isEqualTo(7);
      assertThat(refusal.problem().code()).isEqualTo("overloaded");
      assertThat(refusal.problem().retryable()).isTrue();
      assertThat(eve.connection().closed())
          .isEqualTo(new Closed(Disconnect.OVERLOADED, refusal.problem().message()));
      Dialogue back =
          Dialogue.silent(small, "ann").says("{'op':'connect','resume':'" + token + "'}");
      assertThat(back.answer(ServerMessage.Welcome.class).resumed()).isTrue();

      small.clock().advance(wait(refusal));
      Dialogue.connected(small, "eve");
    }
  }

  @Test
  void aTokenOfWhoHasToWaitIsAsGoodAsBefore() {
    try (TestNode small = new TestNode(1, perSecond(2), Policies.DEFAULT, "memory", Gate.OPEN)) {
      Dialogue ann = Dialogue.silent(small, "ann").says("{'op':'connect','id':1}");
      String token = token(ann);
      ann.connection().vanish();
      String connect = "{'op':'connect','resume':'" + token + "'}";
      Dialogue.silent(small, "eve").says("{'op':'connect','resume':'0.x.y'}");

      Dialogue refused = Dialogue.silent(small, "ann").says(connect);
      small.clock().advance(wait(refused.answer(ServerMessage.Error.class)));

      Dialogue back = Dialogue.silent(small, "ann").says(connect);
      assertThat(back.answer(ServerMessage.Welcome.class).resumed()).isTrue();
    }
  }

  private static String token(Dialogue welcomed) {
    return Objects.requireNonNull(welcomed.answer(ServerMessage.Welcome.class).resume()).value();
  }

  private static Duration wait(ServerMessage.Error refusal) {
    return Duration.ofMillis(Objects.requireNonNull(refusal.problem().retryAfter()));
  }

  private static NodeSettings perSecond(int sessions) {
    return NodeSettings.DEFAULT.withSessionsPerSecond(sessions);
  }

  @Test
  void anUnknownOperationIsNamedShortenedAndTheConnectionStays() {
    Dialogue ann = Dialogue.connected(node, "ann");

    ann.says("{'op':'" + "x".repeat(5000) + "','id':9}");

    var error = ann.answer(ServerMessage.Error.class);
    assertThat(error.id()).isEqualTo(9);
    assertThat(error.problem().code()).isEqualTo("unknown_op");
    assertThat(error.problem().message())
        .contains("'" + "x".repeat(32) + "...'")
        .hasSizeLessThan(99);
    assertThat(ann.says("{'op':'ping'}").hears()).hasSize(1);
  }

  @Test
  void whatIsNoMessageIsAnsweredWithThePlaceAndEndsTheConnectionTheFifthTimeInARow() {
    Dialogue ann = Dialogue.connected(node, "ann");
    for (int i = 0; i < 4; i++) {
      ann.says("{'op':'ping',,}");
      var error = ann.answer(ServerMessage.Error.class);
      assertThat(error.problem().code()).isEqualTo("bad_message");
      assertThat(error.problem().message()).contains("at byte 13");
      assertThat(ann.connection().closed()).isNull();
    }
    ann.says("{'op':'ping'}").answer(ServerMessage.Pong.class); // forgives what was before it
    for (int i = 0; i < 4; i++) {
      assertThat(ann.says("nonsense").error()).isEqualTo("bad_message");
    }

    assertThat(ann.connection().closed()).isNull();
    assertThat(ann.says("nonsense").error()).isEqualTo("bad_message");
    assertThat(ann.connection().closed()).isNotNull();
    assertThat(ann.connection().closed().why()).isEqualTo(Disconnect.BAD_MESSAGE);
    assertThat(ann.says("{'op':'ping'}").hears()).isEmpty();
  }

  @Test
  void aBinaryFrameIsNoMessageOfThisEncoding() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.connection()
        .send(new Payload(Payload.Kind.BINARY, Payload.text("{\"op\":\"ping\"}").bytes()));

    var error = ann.answer(ServerMessage.Error.class);
    assertThat(error.problem().code()).isEqualTo("bad_message");
    assertThat(error.problem().message()).contains("text frames");
  }

  @Test
  void aMessageWithAFieldMissingIsAnsweredUnderItsIdAndDoesNotCountAgainstTheConnection() {
    Dialogue ann = Dialogue.connected(node, "ann");
    for (int i = 1; i <= 20; i++) {
      ann.says("{'op':'join','id':" + i + "}");
      var error = ann.answer(ServerMessage.Error.class);
      assertThat(error.id()).isEqualTo(i);
      assertThat(error.problem().code()).isEqualTo("bad_message");
      assertThat(error.problem().message()).contains("room");
    }

    assertThat(ann.connection().closed()).isNull();
  }

  @Test
  void aResumeTokenTakesTheSessionUpAgainAndNobodySeesItLeave() {
    Dialogue bob = Dialogue.connected(node, "bob");
    bob.says("{'op':'join','id':2,'room':'chat/lobby','presence':true}");
    Dialogue ann = Dialogue.silent(node, "ann").says("{'op':'connect','id':1}");
    var first = ann.answer(ServerMessage.Welcome.class);
    ann.says("{'op':'join','id':2,'room':'chat/lobby'}");
    bob.hears();
    ann.connection().vanish();

    Dialogue again = Dialogue.silent(node, "ann");
    again.says("{'op':'connect','id':1,'resume':'" + secret(first) + "'}");
    var second = again.answer(ServerMessage.Welcome.class);

    assertThat(second.resumed()).isTrue();
    assertThat(second.session()).isEqualTo(first.session());
    assertThat(secret(second)).isNotEqualTo(secret(first));
    again.says("{'op':'join','id':2,'room':'chat/lobby'}");
    assertThat(bob.hears()).isEmpty();
  }

  @Test
  void whatIsSaidRightBehindAConnectThatResumesIsTakenInItsOrder() {
    Dialogue ann = Dialogue.silent(node, "ann").says("{'op':'connect','id':1}");
    String token = secret(ann.answer(ServerMessage.Welcome.class));
    Dialogue.silent(node, "filler"); // so that the next one is on the other shard
    ann.connection().vanish();

    Dialogue again = Dialogue.silent(node, "ann");
    again
        .connection()
        .sendAll(
            Payload.text("{\"op\":\"connect\",\"resume\":\"" + token + "\"}"),
            Payload.text("{\"op\":\"ping\",\"id\":7}"),
            Payload.text("{\"op\":\"ping\",\"id\":8}"));

    assertThat(again.hears())
        .satisfiesExactly(
            welcome ->
                assertThat(welcome)
                    .isInstanceOfSatisfying(
                        ServerMessage.Welcome.class, w -> assertThat(w.resumed()).isTrue()),
            pong -> assertThat(pong).isEqualTo(new ServerMessage.Pong(7, node.clock().millis())),
            pong -> assertThat(pong).isEqualTo(new ServerMessage.Pong(8, node.clock().millis())));
  }

  @Test
  void aResumeTokenThatIsNoGoodIsNoError() {
    Dialogue ann = Dialogue.silent(node, "ann").says("{'op':'connect','resume':'nonsense'}");

    assertThat(ann.answer(ServerMessage.Welcome.class).resumed()).isFalse();
  }

  private static String secret(ServerMessage.Welcome welcome) {
    assertThat(welcome.resume()).isNotNull();
    return welcome.resume().value();
  }
}
