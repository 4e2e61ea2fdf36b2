package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages to everybody, to a user, to a session, and rooms joined by wildcards. */
class BroadcastTests {
  private final TestNode node = new TestNode();

  @AfterEach
  void close() {
    node.close();
  }

  private Dialogue client(String user) {
    return Dialogue.connected(node, user);
  }

  private void publish(String room, String text) {
    node.publish(room, Draft.of(Payload.text(text)));
  }

  private static List<String> messages(Dialogue client) {
    return messages(client.hears());
  }

  private static List<String> messages(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Message.class::isInstance)
        .map(ServerMessage.Message.class::cast)
        .map(message -> message.room() + " " + message.entry().payload().string())
        .toList();
  }

  private static List<String> joined(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Joined.class::isInstance)
        .map(message -> ((ServerMessage.Joined) message).room())
        .toList();
  }

  private static ServerMessage.Published published(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Published.class::isInstance)
        .map(ServerMessage.Published.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aMessageToAUserReachesEachOfItsSessionsFromTheFirstOneOn() {
    Dialogue phone = client("bob");
    Dialogue laptop = client("bob");
    Dialogue other = client("eve");
    Dialogue ann = client("ann");
    ann.says("{'op':'publish','id':2,'user':'bob','type':'text','data':'hi','readers':true}");

    ServerMessage.Published answer = published(ann.hears());
    assertThat(answer.room()).isEqualTo("$user/bob");
    assertThat(answer.offset()).isEqualTo(1);
    assertThat(answer.readers()).isEqualTo(2);
    for (Dialogue each : List.of(phone, laptop)) {
      List<FromServer> heard = each.hears();
      assertThat(joined(heard)).containsExactly("$user/bob");
      assertThat(messages(heard)).containsExactly("$user/bob hi");
    }
    assertThat(other.hears()).isEmpty();

    ann.says("{'op':'publish','id':3,'user':'bob','type':'text','data':'again'}");
    assertThat(messages(phone)).containsExactly("$user/bob again");
  }

  @Test
  void aMessageToEverybodyReachesWhoeverIsThere() {
    List<Dialogue> clients = List.of(client("a"), client("b"), client("c"));
    Dialogue ann = client("ann");
    ann.says("{'op':'publish','id':2,'global':true,'type':'text','data':'all','echo':false}");
    Dialogue late = client("late");
    ann.says("{'op':'publish','id':3,'global':true,'type':'text','data':'more','readers':true}");

    clients.forEach(
        each -> assertThat(messages(each)).containsExactly("$global all", "$global more"));
    assertThat(messages(late)).containsExactly("$global more");
    List<FromServer> heard = ann.hears();
    assertThat(messages(heard)).containsExactly("$global more");
    assertThat(heard)
        .filteredOn(ServerMessage.Skipped.class::isInstance)
        .singleElement()
        .extracting(skipped -> ((ServerMessage.Skipped) skipped).room())
        .isEqualTo("$global");
  }

  @Test
  void aMessageForSomeReadersReachesThemAndIsNotInTheHistoryOfTheOthers() {
    node.authenticator(
        by -> {
          String name = Objects.requireNonNull(by.userHint());
          var claims = Map.<String, Object>of("teams", List.of(name, "all"), "level", 5);
          return new Authenticator.Answer.Accepted(new User(name, false, claims), Permissions.ALL);
        });
    Dialogue red = client("red");
    Dialogue blue = client("blue");
    List.of(red, blue)
        .forEach(
            each -> {
              each.says("{'op':'join','id':2,'room':'a'}");
              each.hears();
            });
    Dialogue ann = client("ann");
    ann.says("{'op':'publish','room':'a','type':'text','data':'one'}");
    ann.says(
        "{'op':'publish','room':'a','type':'text','data':'two',"
            + "'filter':'\\'red\\' in claims.teams && claims.level == 5'}");
    ann.says("{'op':'publish','room':'a','type':'text','data':'three'}");

    assertThat(messages(red)).containsExactly("a one", "a two", "a three");
    List<FromServer> heard = blue.hears();
    assertThat(messages(heard)).containsExactly("a one", "a three");
    assertThat(heard)
        .filteredOn(ServerMessage.Skipped.class::isInstance)
        .singleElement()
        .isEqualTo(new ServerMessage.Skipped("a", List.of(new Range(2, 2))));
    for (String ways : List.of("'last':9", "'last':9,'order':'newest'")) {
      assertThat(inHistory(red, ways)).contains("two");
      assertThat(inHistory(blue, ways)).doesNotContain("two").contains("one", "three");
    }
  }

  private static List<String> inHistory(Dialogue client, String fields) {
    client.says("{'op':'history','id':7,'room':'a'," + fields + "}");
    return client.answer(ServerMessage.History.class).messages().stream()
        .map(entry -> entry.payload().string())
        .toList();
  }

  @Test
  void aMessageToASessionReachesThatOneAlone() {
    Dialogue first = Dialogue.silent(node, "bob").says("{'op':'connect','id':1}");
    String session = first.answer(ServerMessage.Welcome.class).session();
    Dialogue second = client("bob");
    client("ann")
        .says("{'op':'publish','id':2,'session':'" + session + "','type':'text','data':'you'}");

    assertThat(messages(first)).containsExactly("$session/" + session + " you");
    assertThat(second.hears()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b/o b", "é", "a=b", "..", "$x"})
  void aUserMayBeCalledAnything(String user) {
    Dialogue bob = client(user);
    client("ann").says("{'op':'publish','id':2,'user':'" + user + "','type':'text','data':'x'}");

    assertThat(messages(bob)).hasSize(1);
  }

  @Test
  void whoComesBackGoesOnInItsInboxFromItsPosition() {
    Dialogue bob = client("bob");
    Dialogue ann = client("ann");
    ann.says("{'op':'publish','id':2,'user':'bob','type':'text','data':'1'}");
    String epoch = published(ann.hears()).epoch();
    bob.connection().vanish();
    ann.says("{'op':'publish','id':3,'user':'bob','type':'text','data':'2'}");
    Dialogue back = client("bob");
    back.says(
        "{'op':'join','id':2,'room':'$user/bob','from':{'epoch':'" + epoch + "','offset':1}}");
    ann.says("{'op':'publish','id':4,'user':'bob','type':'text','data':'3'}");

    assertThat(messages(back)).containsExactly("$user/bob 2", "$user/bob 3");
  }

  @Test
  void whatCameIntoAnUnusedInboxWhileAwayComesWithTheSession() {
    Dialogue bob = Dialogue.silent(node, "bob").says("{'op':'connect','id':1}");
    String token = Objects.requireNonNull(bob.answer(ServerMessage.Welcome.class).resume()).value();
    bob.connection().vanish();
    node.clock().advance(Duration.ofSeconds(1));
    publishToBob();
    Dialogue back = Dialogue.silent(node, "bob");
    back.says("{'op':'connect','id':1,'resume':'" + token + "'}");

    assertThat(messages(back)).containsExactly("$user/bob away");
  }

  @Test
  void anInboxThatTheClientWasNotToldOfInTimeIsReadFromTheBeginningWhenTheNextMessageComes() {
    Dialogue bob = Dialogue.silent(node, "bob").says("{'op':'connect','id':1}");
    String token = Objects.requireNonNull(bob.answer(ServerMessage.Welcome.class).resume()).value();
    publishToBob(); // and what the server says of it is lost
    bob.connection().vanish();
    Dialogue back = Dialogue.silent(node, "bob");
    back.says("{'op':'connect','id':1,'resume':'" + token + "'}");
    publishToBob();

    assertThat(messages(back)).containsExactly("$user/bob away", "$user/bob away");
  }

  @Test
  void anInboxThatTheClientWasNotToldOfIsReadWhenItHasNotAskedForItInTime() {
    Dialogue bob = Dialogue.silent(node, "bob").says("{'op':'connect','id':1}");
    String token = Objects.requireNonNull(bob.answer(ServerMessage.Welcome.class).resume()).value();
    publishToBob();
    bob.connection().vanish();
    Dialogue back = Dialogue.silent(node, "bob");
    back.says("{'op':'connect','id':1,'resume':'" + token + "'}");
    assertThat(messages(back)).isEmpty();
    node.advance(Duration.ofMinutes(1));

    assertThat(messages(back)).containsExactly("$user/bob away");
  }

  private void publishToBob() {
    client("ann").says("{'op':'publish','id':2,'user':'bob','type':'text','data':'away'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$user/bob", "$session/x"})
  void inboxesOfOthersAreNotRead(String inbox) {
    Dialogue eve = client("eve");
    assertThat(eve.says("{'op':'join','id':2,'room':'" + inbox + "'}").error())
        .isEqualTo("forbidden");
    assertThat(eve.says("{'op':'history','id':3,'room':'" + inbox + "'}").error())
        .isEqualTo("forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$presence/r", "$user/", "$user/=7a", "$user/a b", "$other"})
  void otherNamesOfTheServersAreNone(String name) {
    assertThat(client("eve").says("{'op':'join','id':2,'room':'" + name + "'}").error())
        .isEqualTo("bad_room_name");
  }

  @Test
  void aWildcardReadsTheRoomsThatAreThereAndThoseThatComeUpFromTheirFirstMessage() {
    publish("prices/eur", "1");
    publish("prices/deep/er", "x");
    publish("other/eur", "x");
    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'prices/*','last':1}");
    publish("prices/usd", "2");
    publish("prices/eur", "3");
    publish("prices/deep/er", "y");

    List<FromServer> heard = ann.hears();
    assertThat(joined(heard)).containsExactly("prices/*", "prices/eur", "prices/usd");
    assertThat(heard)
        .filteredOn(ServerMessage.Resumed.class::isInstance)
        .extracting(each -> ((ServerMessage.Resumed) each).room())
        .containsExactly("prices/eur", "prices/usd");
    assertThat(messages(heard)).containsExactly("prices/eur 1", "prices/usd 2", "prices/eur 3");
  }

  @Test
  void aMessageIsDeliveredOnceThoughSeveralJoinsMatch() {
    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'prices/eur'}");
    ann.says("{'op':'join','id':3,'room':'prices/*'}").says("{'op':'join','id':4,'room':'**'}");
    publish("prices/eur", "1");

    assertThat(messages(ann)).containsExactly("prices/eur 1");
  }

  @Test
  void leavingAWildcardLeavesWhatNothingElseJoined() {
    publish("prices/eur", "1");
    publish("prices/usd", "1");
    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'prices/eur'}");
    ann.says("{'op':'join','id':3,'room':'prices/*'}");
    ann.hears();
    ann.says("{'op':'leave','id':4,'room':'prices/*'}");
    assertThat(ann.hears())
        .containsExactly(
            new ServerMessage.Left(0, "prices/usd", null),
            new ServerMessage.Left(4, "prices/*", null));
    publish("prices/eur", "2");
    publish("prices/usd", "2");
    publish("prices/new", "2");

    assertThat(messages(ann)).containsExactly("prices/eur 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*", "**/a", "/*", "*a/b", "a//*"})
  void whatIsNoWildcardIsRefused(String wildcard) {
    assertThat(client("ann").says("{'op':'join','id':2,'room':'" + wildcard + "'}").error())
        .isEqualTo("bad_room_name");
  }

  @Test
  void aWildcardThatMatchesTooManyRoomsSaysSoAndReadsAThousand() {
    for (int i = 0; i < 1001; i++) {
      publish("many/" + i, "x");
    }
    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'many/*'}");

    List<FromServer> heard = ann.hears();
    assertThat(joined(heard)).hasSize(1001); // the wildcard's own and a thousand
    assertThat(heard)
        .filteredOn(ServerMessage.Error.class::isInstance)
        .singleElement()
        .extracting(error -> ((ServerMessage.Error) error).problem().code())
        .isEqualTo("too_many_rooms");
  }
}
