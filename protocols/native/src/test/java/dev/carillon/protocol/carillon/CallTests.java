package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.core.Call;
import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Sender;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls, between clients on different shards, to the application, and from the server. */
class CallTests {
  /** An application that answers 'echo', takes its time over 'slow', and knows nothing else. */
  private static final class Application implements Gate {
    final List<Consumer<Reply>> slow = new ArrayList<>();
    final List<Call> asked = new ArrayList<>();

    @Override
    public void judge(Member sender, RoomName room, Draft draft, Consumer<Verdict> verdict) {
      verdict.accept(new Verdict.Pass(draft));
    }

    @Override
    public void answer(Call call, Consumer<Reply> reply) {
      asked.add(call);
      switch (call.event()) {
        case "echo" -> reply.accept(new Reply.Value(call.payload()));
        case "slow" -> slow.add(reply);
        default -> Gate.super.answer(call, reply);
      }
    }
  }

  private final Application application = new Application();
  private TestNode node = new TestNode();
  private Dialogue ann;
  private Dialogue bob;

  @BeforeEach
  void openTheNode() {
    node.close();
    node = new TestNode(2, Policies.DEFAULT, "memory", application);
    ann = Dialogue.connected(node, "ann");
    bob = Dialogue.connected(node, "bob");
  }

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private static String text(int bytes) {
    return "'" + "x".repeat(bytes) + "'";
  }

  private void inOneRoom() {
    ann.says("{'op':'join','room':'game/1'}").answer(ServerMessage.Joined.class);
    bob.says("{'op':'join','room':'game/1'}").answer(ServerMessage.Joined.class);
  }

  private String session(Dialogue who, String room) {
    var found = new ArrayList<String>();
    who.says("{'op':'publish','room':'" + room + "','type':'text','data':'here'}");
    for (FromServer heard : who.hears()) {
      if (heard instanceof ServerMessage.Message(var in, var entry)) {
        found.add(Objects.requireNonNull(entry.sender()).session());
      }
    }
    return found.getFirst();
  }

  private void annAsksBob(int id, String more) {
    String session = session(bob, "game/1");
    ann.hears();
    ann.says(
        ("{'op':'call','id':%d,'room':'game/1','member':'%s','event':'move','type':'json',"
                + "'data':{'x': 1.0}%s}")
            .formatted(id, session, more));
  }

  private static String code(ServerMessage.Reply reply) {
    return reply.answer() instanceof dev.carillon.wire.Problem problem ? problem.code() : "none";
  }

  private String refusal(Dialogue who) {
    return code(who.answer(ServerMessage.Reply.class));
  }

  @Test
  void theApplicationAnswers() {
    ann.says("{'op':'call','id':7,'event':'echo','type':'json','data':{ 'n': 1.0 }}");

    var reply = ann.answer(ServerMessage.Reply.class);
    assertThat(reply.id()).isEqualTo(7);
    assertThat(reply.answer())
        .isInstanceOfSatisfying(
            dev.carillon.wire.Payload.class,
            data -> assertThat(data.string()).isEqualTo("{ \"n\": 1.0 }"));
    assertThat(application.asked.getFirst().caller())
        .extracting(Member::user)
        .isEqualTo(new User("ann"));
    assertThat(application.asked.getFirst().room()).isNull();
  }

  @Test
  void aCallThatNobodyAnswersIsToldSo() {
    ann.says("{'op':'call','id':7,'room':'game/1','event':'dance','type':'text','data':''}");

    assertThat(refusal(ann)).isEqualTo("no_handler");
  }

  @Test
  void anApplicationThatIsTooSlowIsATimeoutAndItsLateAnswerIsIgnored() {
    ann.says("{'op':'call','id':7,'event':'slow','type':'text','data':'','timeout':300}");
    node.advance(Duration.ofMillis(200));
    assertThat(ann.hears()).isEmpty();
    node.advance(Duration.ofMillis(200));
    assertThat(refusal(ann)).isEqualTo("timeout");

    application.slow.getFirst().accept(new Reply.Value(Payload.text("late")));
    node.settle();
    assertThat(ann.hears()).isEmpty();
  }

  @Test
  void withoutATimeoutItIsTheServers() {
    ann.says("{'op':'call','id':7,'event':'slow','type':'text','data':''}");
    node.advance(Call.USUAL_TIMEOUT.minusMillis(100));
    assertThat(ann.hears()).isEmpty();
    node.advance(Duration.ofMillis(200));
    assertThat(refusal(ann)).isEqualTo("timeout");
  }

  @Test
  void workOfTheApplicationCountsUntilItIsDoneAlsoWhenNobodyWaits() {
    for (int i = 1; i <= 64; i++) {
      ann.says("{'op':'call','id':" + i + ",'event':'slow','type':'text','data':'','timeout':100}");
    }
    node.advance(Duration.ofMillis(200));
    assertThat(ann.hears()).hasSize(64);
    ann.says("{'op':'call','id':65,'event':'echo','type':'text','data':''}");
    assertThat(refusal(ann)).isEqualTo("overloaded");

    application.slow.getFirst().accept(new Reply.Value(Payload.EMPTY));
    node.settle();
    ann.says("{'op':'call','id':66,'event':'echo','type':'text','data':''}");
    assertThat(refusal(ann)).isEqualTo("none");
  }

  @Test
  void aMemberIsAskedAndAnswers() {
    inOneRoom();
    annAsksBob(9, ",'timeout':1000");

    var call = bob.answer(ServerMessage.Call.class);
    assertThat(call.room()).isEqualTo("game/1");
    assertThat(call.event()).isEqualTo("move");
    assertThat(call.sender()).extracting(Sender::user).isEqualTo("ann");
    assertThat(call.payload().string()).isEqualTo("{\"x\": 1.0}");
    assertThat(call.timeout()).isEqualTo(1000);
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':'done'}");

    var reply = ann.answer(ServerMessage.Reply.class);
    assertThat(reply.id()).isEqualTo(9);
    assertThat(((dev.carillon.wire.Payload) reply.answer()).string()).isEqualTo("done");
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':'again'}");
    bob.says("{'op':'reply','id':12345,'type':'text','data':'never asked'}");
    assertThat(ann.hears()).isEmpty();
    assertThat(bob.hears()).isEmpty();
  }

  @Test
  void aMembersErrorIsTheCallersWithAllThatItSays() {
    inOneRoom();
    annAsksBob(9, "");
    var call = bob.answer(ServerMessage.Call.class);
    bob.says(
        "{'op':'reply','id':"
            + call.id()
            + ",'error':{'code':'not_your_turn','message':'wait','retryable':true,'retry_after':5}}");

    assertThat(ann.answer(ServerMessage.Reply.class).answer())
        .isEqualTo(new dev.carillon.wire.Problem("not_your_turn", "wait", true, 5L));
  }

  @Test
  void aMemberThatDoesNotAnswerInTimeIsATimeout() {
    inOneRoom();
    annAsksBob(9, ",'timeout':500");
    var call = bob.answer(ServerMessage.Call.class);
    node.advance(Duration.ofMillis(600));
    assertThat(refusal(ann)).isEqualTo("timeout");
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':'late'}");
    assertThat(ann.hears()).isEmpty();
  }

  @Test
  void onlyAMemberOfTheSameRoomCanBeAskedAndOnlyByOne() {
    inOneRoom();
    String session = session(bob, "game/1");
    ann.hears();
    ann.says("{'op':'join','room':'game/2'}").hears();
    String call =
        "{'op':'call','id':9,'room':'%s','member':'%s','event':'e','type':'text','data':''}";
    ann.says(call.formatted("game/2", session));
    assertThat(refusal(ann)).isEqualTo("no_such_member");
    ann.says(call.formatted("game/3", session));
    assertThat(refusal(ann)).isEqualTo("not_joined");
    ann.says(call.formatted("game/1", "nobody"));
    assertThat(refusal(ann)).isEqualTo("no_such_member");
    ann.says(call.formatted("game/1", session).replace("'room':'game/1',", ""));
    assertThat(refusal(ann)).isEqualTo("bad_message");
    assertThat(bob.hears()).isEmpty();
  }

  @Test
  void whoMayNotPublishMayNotCall() {
    node.authenticator(
        credentials ->
            new Answer.Accepted(
                new User("eve"),
                new Permissions() {
                  @Override
                  public boolean mayJoin(RoomName room) {
                    return true;
                  }

                  @Override
                  public boolean mayPublish(RoomName room) {
                    return false;
                  }
                }));
    Dialogue eve = Dialogue.connected(node, "eve");
    eve.says("{'op':'call','id':9,'room':'game/1','event':'echo','type':'text','data':''}");
    assertThat(refusal(eve)).isEqualTo("forbidden");
    assertThat(application.asked).isEmpty();
  }

  @Test
  void aMemberThatGoesHasNotAnswered() {
    inOneRoom();
    annAsksBob(9, "");
    bob.connection().vanish();

    assertThat(refusal(ann)).isEqualTo("no_such_member");
  }

  @Test
  void aCallerThatGoesIsForgotten() {
    inOneRoom();
    annAsksBob(9, "");
    var call = bob.answer(ServerMessage.Call.class);
    ann.connection().vanish();
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':'x'}");
    node.advance(Duration.ofSeconds(10));
    assertThat(bob.hears()).noneMatch(heard -> heard instanceof ServerMessage.Error);
  }

  @Test
  void theWayToAMemberIsNotFilled() {
    inOneRoom();
    String session = session(bob, "game/1");
    ann.hears();
    String call =
        "{'op':'call','id':9,'room':'game/1','member':'%s','event':'e','type':'text','data':%s,"
            + "'timeout':100}";
    ann.says(call.formatted(session, text(Call.MAX_CLIENT_BYTES + 1)));
    assertThat(refusal(ann)).isEqualTo("too_large");
    ann.says(call.formatted(session, text(Call.MAX_CLIENT_BYTES)));
    ann.says(call.formatted(session, text(Call.MAX_CLIENT_BYTES)));
    assertThat(refusal(ann)).isEqualTo("overloaded");
    node.advance(Duration.ofSeconds(1));
    assertThat(refusal(ann)).isEqualTo("timeout");
    ann.says(call.formatted(session, text(Call.MAX_CLIENT_BYTES)));
    assertThat(refusal(ann)).as("a short time-out makes no room").isEqualTo("overloaded");
    assertThat(bob.hears()).hasSize(1);
    node.advance(Duration.ofSeconds(30));
    ann.says(call.formatted(session, text(Call.MAX_CLIENT_BYTES)));
    assertThat(bob.hears()).hasSize(1);
  }

  @Test
  void anAnswerThatIsTooLargeForAMemberIsNotHandedOn() {
    inOneRoom();
    annAsksBob(9, "");
    var call = bob.answer(ServerMessage.Call.class);
    String data = text(Call.MAX_CLIENT_BYTES + 1);
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':" + data + "}");
    assertThat(refusal(ann)).isEqualTo("too_large");
  }

  @Test
  void aTimeoutOutOfRangeIsRefused() {
    String call = "{'op':'call','id':9,'event':'echo','type':'text','data':'','timeout':%d}";
    ann.says(call.formatted(0));
    assertThat(refusal(ann)).isEqualTo("bad_message");
    ann.says(call.formatted(300_001));
    assertThat(refusal(ann)).isEqualTo("bad_message");
    ann.says(call.formatted(300_000));
    assertThat(refusal(ann)).isEqualTo("none");
  }

  @Test
  void theServerAsksASession() {
    inOneRoom();
    String session = session(bob, "game/1");
    ann.hears();
    var replies = new ArrayList<Reply>();
    var question = new Call(null, null, "ready", Payload.text("?"), 1000);
    node.node().call(session, question, replies::add);
    node.settle();
    var call = bob.answer(ServerMessage.Call.class);
    assertThat(call.sender()).isNull();
    assertThat(call.room()).isNull();
    bob.says("{'op':'reply','id':" + call.id() + ",'type':'text','data':'yes'}");
    assertThat(replies).containsExactly(new Reply.Value(Payload.text("yes")));

    node.node().call("nobody", question, replies::add);
    node.settle();
    assertThat(replies.getLast())
        .isEqualTo(Reply.of(Problem.Reason.NO_SUCH_MEMBER, "that session is not here"));
    var large = new Call(null, null, "e", Payload.text(text(Call.MAX_CLIENT_BYTES)), 1000);
    assertThatThrownBy(() -> node.node().call(session, large, replies::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16384");
  }
}
