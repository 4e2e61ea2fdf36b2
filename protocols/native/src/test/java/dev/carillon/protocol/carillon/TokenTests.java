package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Secret;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens that end, and newer ones that go on where they end. */
class TokenTests {
  private final TestNode node = new TestNode().authenticator(this::check);

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  /** A token is {@code user:seconds:room}; the user may do anything in that one room. */
  private Answer check(Credentials credentials) {
    Secret token = credentials.token();
    String[] parts = token == null ? new String[0] : token.reveal().split(":");
    if (parts.length != 3) {
      return new Answer.Refused(new Problem(Problem.Reason.UNAUTHENTICATED, "not accepted"));
    }
    Instant expires =
        Instant.ofEpochMilli(node.clock().millis()).plusSeconds(Long.parseLong(parts[1]));
    return new Answer.Accepted(new User(parts[0]), new Only(Set.of(parts[2])), expires);
  }

  /** Everything in some rooms. */
  private record Only(Set<String> rooms) implements Permissions {
    @Override
    public boolean mayJoin(RoomName room) {
      return rooms.contains(room.value());
    }

    @Override
    public boolean mayPublish(RoomName room) {
      return rooms.contains(room.value());
    }
  }

  private Dialogue connected(String token) {
    return Dialogue.silent(node, "x").says("{'op':'connect','id':1,'token':'" + token + "'}");
  }

  @Test
  void theWelcomeSaysWhenTheTokenEndsAndThenTheConnectionDoes() {
    Dialogue ann = connected("ann:60:a");
    long end = node.clock().millis() + 60_000;
    assertThat(ann.answer(ServerMessage.Welcome.class).expires()).isEqualTo(end);
    node.advance(Duration.ofSeconds(59));
    assertThat(ann.hears()).isEmpty();

    node.advance(Duration.ofSeconds(2));

    assertThat(ann.error()).isEqualTo("token_expired");
    var closed = ann.connection().closed();
    assertThat(closed).isNotNull();
    assertThat(closed.why()).isEqualTo(Disconnect.UNAUTHENTICATED);
  }

  @Test
  void anotherTokenOfTheSameUserExtendsTheSession() {
    Dialogue ann = connected("ann:60:a");
    ann.hears();
    ann.says("{'op':'refresh','id':2,'token':'ann:120:a'}");
    assertThat(ann.answer(ServerMessage.Refreshed.class).expires())
        .isEqualTo(node.clock().millis() + 120_000);

    node.advance(Duration.ofSeconds(100));

    assertThat(ann.connection().closed()).isNull();
    node.advance(Duration.ofSeconds(30));
    assertThat(ann.connection().closed()).isNotNull();
  }

  @Test
  void aTokenThatIsNotAcceptedChangesNothing() {
    Dialogue ann = connected("ann:60:a");
    ann.hears();
    ann.says("{'op':'refresh','id':2,'token':'guess'}");
    assertThat(ann.error()).isEqualTo("unauthenticated");
    ann.says("{'op':'refresh','id':3,'token':'bob:600:a'}");
    assertThat(ann.error()).isEqualTo("forbidden");
    ann.says("{'op':'join','id':4,'room':'a'}");
    ann.answer(ServerMessage.Joined.class);

    node.advance(Duration.ofSeconds(61));

    assertThat(ann.error()).isEqualTo("token_expired");
  }

  @Test
  void aRoomThatTheNewTokenDoesNotAllowIsLeft() {
    Dialogue ann = connected("ann:60:a").says("{'op':'join','id':2,'room':'a'}");
    ann.hears();

    ann.says("{'op':'refresh','id':3,'token':'ann:60:b'}");

    assertThat(ann.reads())
        .satisfiesExactly(
            error -> assertThat(error).contains("\"room\":\"a\"").contains("forbidden"),
            left -> assertThat(left).contains("\"op\":\"left\"").contains("\"room\":\"a\""),
            refreshed -> assertThat(refreshed).contains("refreshed"));
    ann.says("{'op':'history','id':4,'room':'a'}");
    assertThat(ann.error()).isEqualTo("forbidden");
    ann.says("{'op':'publish','id':5,'room':'a','type':'text','data':'x'}");
    assertThat(ann.answer(ServerMessage.Rejected.class).problem().code()).isEqualTo("forbidden");
  }

  @Test
  void whoComesBackWithANewTokenHasItsRightsAndItsEnd() {
    Dialogue ann = connected("ann:60:a").says("{'op':'join','id':2,'room':'a'}");
    var welcome = (ServerMessage.Welcome) ann.hears().getFirst();
    var resume = welcome.resume();
    assertThat(resume).isNotNull();
    ann.connection().vanish();

    Dialogue back =
        Dialogue.silent(node, "x")
            .says("{'op':'connect','id':1,'token':'ann:90:b','resume':'" + resume.value() + "'}");

    var again = back.answer(ServerMessage.Welcome.class);
    assertThat(again.resumed()).isTrue();
    assertThat(again.expires()).isEqualTo(node.clock().millis() + 90_000);
    back.says("{'op':'join','id':2,'room':'a'}");
    assertThat(back.error()).isEqualTo("forbidden");
  }
}
