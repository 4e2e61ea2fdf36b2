package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.DataType;
import dev.carillon.wire.Entry;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Level;
import dev.carillon.wire.Member;
import dev.carillon.wire.Outcome;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.Priority;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoomTests {
  private TestNode node = new TestNode();

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private String publish(String text) {
    Broker.Appended answer = node.publish("chat/lobby", Draft.of(Payload.text(text)));
    return ((Broker.Appended.Stored) answer).position().epoch().toString();
  }

  private static List<String> texts(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Message.class::isInstance)
        .map(message -> ((ServerMessage.Message) message).entry().payload().string())
        .toList();
  }

  @Test
  void aPublicationIsAnsweredAndComesToItsSenderToo() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','id':2,'room':'chat/lobby'}");
    var joined = ann.answer(ServerMessage.Joined.class);
    assertThat(joined.id()).isEqualTo(2);
    assertThat(joined.room()).isEqualTo("chat/lobby");
    assertThat(joined.head()).isZero();
    assertThat(joined.oldest()).isNull();
    assertThat(joined.presence()).isNull();

    ann.says(
        "{'op':'publish','id':3,'room':'chat/lobby','event':'say','type':'json','data':{ 'n': 1.0"
            + " },'tags':{'b':'2','a':'1'},'key':'k','priority':'low'}");

    List<FromServer> heard = ann.hears();
    assertThat(heard).hasSize(2);
    assertThat(heard)
        .filteredOn(ServerMessage.Published.class::isInstance)
        .containsExactly(
            new ServerMessage.Published(
                3, "chat/lobby", joined.epoch(), 1, Level.MEMORY, false, null));
    assertThat(heard)
        .filteredOn(ServerMessage.Message.class::isInstance)
        .singleElement()
        .satisfies(
            message -> {
              Entry entry = ((ServerMessage.Message) message).entry();
              assertThat(entry.offset()).isEqualTo(1);
              assertThat(entry.event()).isEqualTo("say");
              assertThat(entry.payload().type()).isEqualTo(DataType.JSON);
              assertThat(entry.payload().string()).isEqualTo("{ \"n\": 1.0 }");
              assertThat(entry.tags()).isEqualTo(Map.of("a", "1", "b", "2"));
              assertThat(entry.key()).isEqualTo("k");
              assertThat(entry.priority()).isEqualTo(Priority.LOW);
              assertThat(entry.time()).isEqualTo(node.clock().millis());
              assertThat(entry.sender()).isNotNull();
              assertThat(entry.sender().user()).isEqualTo("ann");
            });
  }

  @Test
  void withoutAnIdThereIsNoAnswerButForAJoin() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'chat/lobby'}");
    assertThat(ann.answer(ServerMessage.Joined.class).id()).isZero();

    ann.says("{'op':'publish','room':'chat/lobby','type':'text','data':'x'}");

    assertThat(ann.hears()).singleElement().isInstanceOf(ServerMessage.Message.class);
  }

  @Test
  void lastSaysExactlyWhatFollows() {
    publish("a");
    publish("b");
    String epoch = publish("c");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':2,'room':'chat/lobby','last':2}");

    List<FromServer> heard = ann.hears();
    assertThat(heard.subList(0, 2))
        .containsExactly(
            new ServerMessage.Joined(2, "chat/lobby", epoch, 3, 1L, null),
            new ServerMessage.Resumed(2, "chat/lobby", epoch, 2, 3));
    assertThat(texts(heard)).containsExactly("b", "c");
  }

  @Test
  void lastOfAnEmptyRoomSaysThatNothingFollows() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':2,'room':'chat/lobby','last':2}");

    assertThat(ann.hears())
        .hasSize(2)
        .last()
        .isInstanceOfSatisfying(
            ServerMessage.Resumed.class,
            resumed -> {
              assertThat(resumed.from()).isEqualTo(1);
              assertThat(resumed.to()).isZero();
            });
  }

  @Test
  void fromAPositionGivesExactlyWhatWasMissedAndThenLiveOnes() {
    publish("a");
    String epoch = publish("b");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'join','id':2,'room':'chat/lobby','from':{'epoch':'" + epoch + "','offset':1}}");
    publish("c");

    List<FromServer> heard = ann.hears();
    assertThat(heard.subList(0, 2))
        .containsExactly(
            new ServerMessage.Joined(2, "chat/lobby", epoch, 2, 1L, null),
            new ServerMessage.Resumed(2, "chat/lobby", epoch, 2, 2));
    assertThat(texts(heard)).containsExactly("b", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123456789abcdef0123456789abcdef", "e1", "not-even-hex_"})
  void aPositionOfAnotherEpochIsAReset(String epoch) {
    String current = publish("a");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'join','id':2,'room':'chat/lobby','from':{'epoch':'" + epoch + "','offset':1}}");
    publish("b");

    List<FromServer> heard = ann.hears();
    assertThat(heard.getFirst())
        .isEqualTo(new ServerMessage.Joined(2, "chat/lobby", current, 1, 1L, null));
    assertThat(heard.get(1))
        .isInstanceOfSatisfying(
            ServerMessage.Reset.class,
            reset -> {
              assertThat(reset.epoch()).isEqualTo(current);
              assertThat(reset.head()).isEqualTo(1);
              assertThat(reset.reason()).isEqualTo("epoch_changed");
            });
    assertThat(texts(heard)).containsExactly("b");
  }

  @Test
  void aPositionAheadOfTheRoomIsAReset() {
    String epoch = publish("a");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'join','id':2,'room':'chat/lobby','from':{'epoch':'" + epoch + "','offset':9}}");

    assertThat(ann.hears())
        .last()
        .isEqualTo(new ServerMessage.Reset("chat/lobby", epoch, epoch, 1, 1L, "ahead"));
  }

  @Test
  void whatRetentionHasDroppedIsAGapAndTheRestFollows() {
    node.close();
    Retention two = new Retention(2, Long.MAX_VALUE, Duration.ofDays(1));
    node = new TestNode(2, room -> RoomPolicy.DEFAULT.withRetention(two), "memory");
    String epoch = publish("1");
    for (int i = 2; i <= 10; i++) {
      publish("" + i);
    }
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'join','id':2,'room':'chat/lobby','from':{'epoch':'" + epoch + "','offset':3}}");

    List<FromServer> heard = ann.hears();
    assertThat(heard.subList(0, 3))
        .containsExactly(
            new ServerMessage.Joined(2, "chat/lobby", epoch, 10, 9L, null),
            new ServerMessage.Gap("chat/lobby", epoch, List.of(new Range(4, 8)), "trimmed"),
            new ServerMessage.Resumed(2, "chat/lobby", epoch, 9, 10));
    assertThat(texts(heard)).containsExactly("9", "10");
  }

  @Test
  void presenceTellsWhoIsThereWhoComesAndWhoGoes() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':2,'room':'chat/lobby','presence':true}");
    var joined =
        ann.hears().stream()
            .filter(ServerMessage.Joined.class::isInstance)
            .map(ServerMessage.Joined.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(joined.presence()).isNotNull();
    assertThat(joined.presence().members()).extracting(Member::user).containsExactly("ann");

    Dialogue bob = Dialogue.connected(node, "bob").says("{'op':'join','room':'chat/lobby'}");
    var came = ann.answer(ServerMessage.Presence.class);
    assertThat(came.room()).isEqualTo("chat/lobby");
    assertThat(came.event()).isEqualTo(PresenceEvent.JOIN);
    assertThat(came.member()).isNotNull();
    assertThat(came.member().user()).isEqualTo("bob");

    ann.says("{'op':'members','id':5,'room':'chat/lobby'}");
    var members = ann.answer(ServerMessage.Members.class);
    assertThat(members.roster().count()).isEqualTo(2);
    assertThat(members.roster().members()).extracting(Member::user).contains("ann", "bob");

    bob.connection().vanish();
    assertThat(ann.hears()).isEmpty(); // a lost connection may come back
    node.advance(NodeSettings.DEFAULT.presenceGrace().plusSeconds(1));
    var went = ann.answer(ServerMessage.Presence.class);
    assertThat(went.event()).isEqualTo(PresenceEvent.LEAVE);
    assertThat(went.offset()).isEqualTo(came.offset() + 1);
    assertThat(went.member()).isEqualTo(came.member());
  }

  @Test
  void whatAMemberSaysOfItselfIsToldAndKeptUntilItSaysOtherwise() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':2,'room':'chat/lobby','presence':true}").hears();
    Dialogue bob = Dialogue.connected(node, "bob").says("{'op':'join','room':'chat/lobby'}");
    bob.hears();
    ann.hears();
    bob.says("{'op':'state','id':3,'room':'chat/lobby','type':'json','data':{'x':1}}");
    assertThat(bob.answer(ServerMessage.Done.class).id()).isEqualTo(3);
    var said = ann.answer(ServerMessage.Presence.class);
    assertThat(said.event()).isEqualTo(PresenceEvent.STATE);
    assertThat(said.member()).isNotNull();
    assertThat(said.member().state()).isEqualTo(dev.carillon.wire.Payload.json("{\"x\":1}"));
    bob.says("{'op':'state','id':4,'room':'chat/lobby','type':'json','data':{'x':1}}");
    bob.hears();
    assertThat(ann.hears()).isEmpty();
    bob.says(
        "{'op':'state','id':5,'room':'chat/lobby','type':'text','data':'"
            + "x".repeat(5000)
            + "'}");
    assertThat(bob.error()).isEqualTo("too_large");
    bob.says("{'op':'state','id':6,'room':'elsewhere','type':'text','data':'x'}");
    assertThat(bob.error()).isEqualTo("not_joined");
  }

  @Test
  void whoDidNotAskForPresenceIsNotTold() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'chat/lobby'}");
    ann.hears();
    Dialogue.connected(node, "bob").says("{'op':'join','room':'chat/lobby','presence':true}");

    assertThat(ann.hears()).isEmpty();
  }

  @Test
  void leavingEndsDelivery() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'chat/lobby'}");
    ann.hears();
    ann.says("{'op':'leave','id':3,'room':'chat/lobby'}");
    publish("unheard");

    assertThat(ann.answer(ServerMessage.Left.class))
        .isEqualTo(new ServerMessage.Left(3, "chat/lobby", null));
    assertThat(ann.says("{'op':'leave','id':4,'room':'chat/lobby'}").error())
        .isEqualTo("not_joined");
  }

  @Test
  void joiningTwiceIsRefused() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','id':2,'room':'a'}");
    ann.hears();

    assertThat(ann.says("{'op':'join','id':3,'room':'a'}").error()).isEqualTo("already_joined");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$presence/a", "$globe", "", "a//b", "a b"})
  void aBadRoomNameIsRefusedWithASentence(String room) {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':2,'room':'" + room + "'}");

    var error = ann.answer(ServerMessage.Error.class);
    assertThat(error.id()).isEqualTo(2);
    assertThat(error.problem().code()).isEqualTo("bad_room_name");
    assertThat(error.problem().message()).startsWith("a room name ");

    ann.says("{'op':'publish','id':3,'room':'" + room + "','type':'text','data':'x'}");
    var rejected = ann.answer(ServerMessage.Rejected.class);
    assertThat(rejected.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    assertThat(rejected.problem().code()).isEqualTo("bad_room_name");
  }

  @Test
  void theSameSequenceAgainGivesTheSamePosition() {
    Dialogue ann = Dialogue.connected(node, "ann");
    String publish =
        "{'op':'publish','id':%d,'room':'a','type':'text','data':'x',"
            + "'publisher':'p1','incarnation':7,'sequence':%d}";

    var first = ann.says(publish.formatted(3, 1)).answer(ServerMessage.Published.class);
    var again = ann.says(publish.formatted(4, 1)).answer(ServerMessage.Published.class);
    assertThat(again.duplicate()).isTrue();
    assertThat(again.offset()).isEqualTo(first.offset());

    var jump = ann.says(publish.formatted(5, 9)).answer(ServerMessage.Rejected.class);
    assertThat(jump.problem().code()).isEqualTo("sequence_gap");
    assertThat(jump.outcome()).isEqualTo(Outcome.NOT_APPLIED);
  }

  @Test
  void nobodyCountsUnderTheServersOwnNames() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'publish','id':3,'room':'a','type':'text','data':'x',"
            + "'publisher':'\\tp1','incarnation':7,'sequence':1}");

    var refused = ann.answer(ServerMessage.Rejected.class);
    assertThat(refused.problem().code()).isEqualTo("bad_message");
    assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
  }

  @Test
  void aMessageOfACountingPublisherHasItsCountAsItsId() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'a'}");
    ann.hears();
    ann.says(
        "{'op':'publish','room':'a','type':'text','data':'x',"
            + "'publisher':'p1','incarnation':7,'sequence':1}");

    assertThat(ann.answer(ServerMessage.Message.class).entry().messageId()).isEqualTo("p1:7:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'last':2 | b c | false",
        "'last':100 | a b c | false",
        "'limit':2 | a b | true",
        "'since':0,'limit':1 | a | true",
        "'since':99999999999999 | \"\" | false"
      })
  void historyIsReadInPages(String start, String expected, boolean more) {
    publish("a");
    publish("b");
    String epoch = publish("c");
    Dialogue ann = Dialogue.connected(node, "ann");
    String fields = start.isEmpty() ? "" : "," + start;
    ann.says("{'op':'history','id':2,'room':'chat/lobby'" + fields + "}");

    var history = ann.answer(ServerMessage.History.class);
    assertThat(history.epoch()).isEqualTo(epoch);
    assertThat(history.head()).isEqualTo(3);
    assertThat(history.messages().stream().map(entry -> entry.payload().string()).toList())
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
    assertThat(history.more()).isEqualTo(more);
  }

  @Test
  void historyBehindAPositionOfAnotherEpochIsRefused() {
    publish("a");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'history','id':2,'room':'chat/lobby','from':{'epoch':'e1','offset':0}}");

    assertThat(ann.error()).isEqualTo("epoch_changed");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"'message_id':'',bad_message", "'filter':'claims.',bad_filter"})
  void aPublicationThatCannotBeUnderstoodIsRejected(String field, String code) {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'publish','id':2,'room':'a'," + field + ",'type':'text','data':'x'}");

    var rejected = ann.answer(ServerMessage.Rejected.class);
    assertThat(rejected.id()).isEqualTo(2);
    assertThat(rejected.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    assertThat(rejected.problem().code()).isEqualTo(code);
  }

  @Test
  void aPayloadOverTheRoomsLimitIsRejected() {
    node.close();
    node =
        new TestNode(
            1, room -> RoomPolicy.DEFAULT.withLimits(new RoomPolicy.Limits(1000, 10, 0)), "memory");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'publish','id':2,'room':'a','type':'text','data':'12345678901'}");

    assertThat(ann.answer(ServerMessage.Rejected.class).problem().code()).isEqualTo("too_large");
  }

  @Test
  void nothingInAMessageDependsOnItsReader() {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'chat/lobby'}");
    Dialogue bob =
        Dialogue.connected(node, "bob").says("{'op':'join','id':77,'room':'chat/lobby'}");
    ann.hears();
    bob.hears();
    ann.says("{'op':'publish','room':'chat/lobby','type':'text','data':'x'}");

    assertThat(bob.reads()).hasSize(1).isEqualTo(ann.reads());
  }
}
