package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.AckOutcome;
import dev.carillon.core.AckPolicy;
import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.SubscriptionPolicy.WhenFull;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is acknowledged, what comes again, and what is given up. */
class AcknowledgementTests {
  private static final AckPolicy ACKS =
      new AckPolicy(Duration.ofSeconds(10), 3, 4, RoomName.of("dead"));
  private static final Retention FEW = new Retention(5, 1 << 20, Duration.ofDays(1));
  private static final Retention HELD = new Retention(20, 1 << 20, Duration.ofDays(2));

  private final TestNode node = node(WhenFull.TRIM);
  private String epoch = "";

  private static TestNode node(WhenFull whenFull) {
    SubscriptionPolicy subscriptions =
        new SubscriptionPolicy(10, Duration.ofDays(30), HELD, whenFull);
    RoomPolicy durable = RoomPolicy.DEFAULT.withRetention(FEW).durable(ACKS, subscriptions);
    RoomPolicy brief =
        new RoomPolicy(
            RoomPolicy.Delivery.VOLATILE,
            Retention.NONE,
            RoomPolicy.DEFAULT.slowReaders(),
            RoomPolicy.Presence.OFF,
            RoomPolicy.Creation.ANYONE,
            RoomPolicy.History.ANYONE,
            RoomPolicy.OnJoin.NOTHING,
            RoomPolicy.Limits.DEFAULT,
            true);
    return new TestNode(
        2,
        room ->
            switch (room.value()) {
              case "jobs" -> durable;
              case "brief" -> brief;
              default -> RoomPolicy.DEFAULT;
            },
        "memory");
  }

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private void publish(String... texts) {
    for (String text : texts) {
      Broker.Appended answer = node.publish("jobs", Draft.of(Payload.text(text)));
      epoch = ((Broker.Appended.Stored) answer).position().epoch().toString();
    }
  }

  private Dialogue joined(String user, String how) {
    return Dialogue.connected(node, user).says("{'op':'join','id':2,'room':'jobs'," + how + "}");
  }

  private Dialogue acking(String user) {
    Dialogue dialogue = joined(user, "'ack':true");
    dialogue.hears();
    return dialogue;
  }

  private static String ack(long offset) {
    return "{'op':'ack','room':'jobs','offset':" + offset + "}";
  }

  /** What a client heard, in short. */
  private static List<String> heard(Dialogue dialogue) {
    List<String> words = new ArrayList<>();
    for (FromServer each : dialogue.hears()) {
      words.add(
          switch (each) {
            case ServerMessage.Message m -> m.entry().offset() + m.entry().payload().string();
            case ServerMessage.Rewind r -> "rewind " + r.to() + " #" + r.attempt();
            case ServerMessage.Joined j -> "joined " + j.head();
            case ServerMessage.Resumed r -> "resumed " + r.from() + ".." + r.to();
            case ServerMessage.Gap g -> g.reason() + " " + g.ranges().getFirst().to();
            case ServerMessage.Skipped s -> "skipped " + s.ranges().getFirst().to();
            case ServerMessage.Left l -> "left " + l.reason();
            case ServerMessage.Error e -> "error " + e.problem().code();
            case ServerMessage.Welcome w -> "welcome " + w.resumed();
            case ServerMessage.Reset r -> "reset " + r.head();
            case ServerMessage.Heads h -> "heads";
            default -> each.toString();
          });
    }
    words.removeIf("heads"::equals);
    return words;
  }

  // -- One reader ------------------------------------------------------------------------------

  @Test
  void aReaderIsSentSoMuchAheadOfItsAcknowledgementsAndNoMore() {
    Dialogue ann = acking("ann");
    publish("a", "b", "c", "d", "e", "f");
    assertThat(heard(ann)).containsExactly("1a", "2b", "3c", "4d");
    ann.says(ack(3));
    assertThat(heard(ann)).containsExactly("5e", "6f");
    node.advance(Duration.ofSeconds(9));
    ann.says(ack(6));
    node.advance(Duration.ofMinutes(5));
    assertThat(heard(ann)).isEmpty();
  }

  @Test
  void whoDoesNotAcknowledgeIsSentEverythingAsEver() {
    Dialogue bob = Dialogue.connected(node, "bob").says("{'op':'join','room':'jobs'}");
    publish("a", "b", "c", "d", "e", "f");
    assertThat(heard(bob)).containsExactly("joined 0", "1a", "2b", "3c", "4d", "5e", "6f");
    node.advance(Duration.ofMinutes(5));
    assertThat(heard(bob)).isEmpty();
  }

  @Test
  void whatIsNotAcknowledgedInTimeComesAgainTheLowestAlone() {
    Dialogue ann = acking("ann");
    publish("a", "b", "c");
    ann.says(ack(1));
    heard(ann);
    node.advance(Duration.ofSeconds(11));
    assertThat(heard(ann)).containsExactly("rewind 1 #2", "2b");
    ann.says(ack(2));
    assertThat(heard(ann)).as("what was sent before comes again too").containsExactly("3c");
    ann.says(ack(3));
    node.advance(Duration.ofMinutes(5));
    assertThat(heard(ann)).isEmpty();
  }

  @Test
  void whatIsNeverAcknowledgedGoesToTheDeadLettersAndReadingGoesOn() {
    Dialogue ann = acking("ann");
    Dialogue eve =
        Dialogue.connected(node, "eve").says("{'op':'join','room':'dead','filter':null}");
    eve.hears();
    node.publish(
        "jobs", new Draft("todo", Payload.json("{}"), Map.of("kind", "x"), "k", 0, 0, true, null));
    publish("b");
    heard(ann);
    node.advance(Duration.ofSeconds(31));
    assertThat(heard(ann)).containsExactly("rewind 0 #2", "1{}", "rewind 0 #3", "1{}", "2b");
    ServerMessage.Message dead = eve.answer(ServerMessage.Message.class);
    assertThat(dead.entry().event()).isEqualTo("todo");
    assertThat(dead.entry().key()).isEqualTo("k");
    assertThat(dead.entry().payload().string()).isEqualTo("{}");
    assertThat(dead.entry().tags())
        .containsEntry("kind", "x")
        .containsEntry("dead.room", "jobs")
        .containsEntry("dead.offset", "1")
        .containsEntry("dead.epoch", epoch)
        .containsEntry("dead.reader", "ann")
        .containsEntry("dead.deliveries", "3")
        .containsEntry("dead.reason", "not acknowledged in time");
    ann.says(ack(2));
    node.advance(Duration.ofMinutes(5));
    assertThat(heard(ann)).isEmpty();
    assertThat(eve.hears().stream().filter(ServerMessage.Message.class::isInstance)).isEmpty();
    assertThat(counted(AckOutcome.TIMED_OUT)).isEqualTo(3);
    assertThat(counted(AckOutcome.ACKNOWLEDGED)).isEqualTo(1);
  }

  private long counted(AckOutcome outcome) {
    return node.node().shards().stream()
        .mapToLong(shard -> shard.acknowledgements().of(outcome))
        .sum();
  }

  @Test
  void whatIsRefusedComesAgainAtOnceAndItsReasonIsKept() {
    Dialogue ann = acking("ann");
    publish("a", "b");
    heard(ann);
    String nack = "{'op':'nack','room':'jobs','offset':1,'reason':'no such order'}";
    ann.says(nack);
    assertThat(heard(ann)).containsExactly("rewind 0 #2", "1a");
    ann.says(nack);
    assertThat(heard(ann)).containsExactly("rewind 0 #3", "1a");
    ann.says(nack);
    assertThat(heard(ann)).containsExactly("2b");
    Dialogue eve = Dialogue.connected(node, "eve").says("{'op':'join','room':'dead','last':1}");
    assertThat(eve.hears())
        .last()
        .satisfies(
            last ->
                assertThat(((ServerMessage.Message) last).entry().tags())
                    .containsEntry("dead.reason", "no such order"));
    assertThat(counted(AckOutcome.REFUSED)).isEqualTo(3);
    assertThat(counted(AckOutcome.REDELIVERED)).isEqualTo(2);
    assertThat(counted(AckOutcome.DEAD_LETTERED)).isEqualTo(1);
  }

  @Test
  void aClientThatNeverAcknowledgesCostsOneMessageEachTimeThatItIsWaitedFor() {
    Dialogue ann = acking("ann");
    for (int i = 0; i < 100; i++) {
      publish("x");
    }
    node.advance(Duration.ofSeconds(300));
    long messages = heard(ann).stream().filter(word -> word.endsWith("x")).count();
    assertThat(messages).isLessThan(100);
  }

  @Test
  void whatAFilterKeepsFromAReaderNeedsNoAcknowledgement() {
    Dialogue ann = joined("ann", "'ack':true,'filter':'tags.kind == \\'x\\''");
    ann.hears();
    node.publish("jobs", tagged("y"));
    node.publish("jobs", tagged("x"));
    node.publish("jobs", tagged("y"));
    node.advance(Duration.ofSeconds(1));
    assertThat(heard(ann)).contains("2x").doesNotContain("1y", "3y");
    ann.says(ack(2));
    node.advance(Duration.ofMinutes(1));
    assertThat(heard(ann)).isEmpty();
  }

  private static Draft tagged(String kind) {
    return new Draft(null, Payload.text(kind), Map.of("kind", kind), null, 0, 0, true, null);
  }

  @Test
  void whatCouldNotBeSentIsNoFailedDelivery() {
    Dialogue ann = acking("ann");
    ann.connection().window(20);
    publish("a", "b");
    node.advance(Duration.ofMinutes(2));
    ann.connection().window(Long.MAX_VALUE);
    assertThat(heard(ann)).containsExactly("1a", "2b");
  }

  @Test
  void whatWasTrimmedMeanwhileIsAGapAndNothingToWaitFor() {
    Dialogue ann = acking("ann");
    publish("a", "b", "c", "d");
    for (int i = 0; i < 1100; i++) { // more than the node keeps beside the broker
      publish("x");
    }
    assertThat(heard(ann)).containsExactly("1a", "2b", "3c", "4d");
    ann.says(ack(4));
    assertThat(heard(ann)).containsExactly("trimmed 1099", "1100x", "1101x", "1102x", "1103x");
    ann.says(ack(1103));
    assertThat(heard(ann)).containsExactly("1104x");
    ann.says(ack(1104));
    node.advance(Duration.ofMinutes(1));
    assertThat(heard(ann)).isEmpty();
  }

  // -- Lost connections ------------------------------------------------------------------------

  private static String token(Dialogue silent) {
    silent.says("{'op':'connect','id':1}");
    ServerMessage.Welcome welcome = silent.answer(ServerMessage.Welcome.class);
    assertThat(welcome.resume()).isNotNull();
    return welcome.resume().value();
  }

  @Test
  void aSessionTakenUpAgainGoesOnBehindWhatItHasAcknowledged() {
    Dialogue ann = Dialogue.silent(node, "ann");
    String token = token(ann);
    ann.says("{'op':'join','room':'jobs','ack':true}");
    publish("a", "b", "c");
    ann.says(ack(1));
    node.advance(Duration.ofSeconds(11));
    assertThat(heard(ann)).endsWith("rewind 1 #2", "2b");
    ann.connection().vanish();

    Dialogue back = Dialogue.silent(node, "ann");
    back.says("{'op':'connect','id':1,'resume':'" + token + "'}");
    String seen = "'from':{'epoch':'" + epoch + "','offset':3}";
    back.says("{'op':'join','room':'jobs','ack':true," + seen + "}");
    assertThat(heard(back))
        .as("a lost connection is no failed delivery, and those before are remembered")
        .containsExactly("welcome true", "joined 3", "resumed 2..3", "rewind 1 #2", "2b");
    back.says(ack(3));
    assertThat(heard(back)).as("of the connection before").containsExactly("3c");
    node.advance(Duration.ofMinutes(1));
    assertThat(heard(back)).isEmpty();
  }

  @Test
  void anotherDeviceGoesOnWhereTheFirstStopped() {
    Dialogue phone = joined("ann", "'name':'inbox'");
    assertThat(heard(phone)).containsExactly("joined 0", "resumed 1..0");
    publish("a", "b", "c");
    phone.says(ack(1));
    heard(phone);
    phone.connection().vanish();
    publish("d");

    Dialogue laptop = joined("ann", "'name':'inbox'");
    assertThat(heard(laptop))
        .as("the range says how many are unread")
        .containsExactly("joined 4", "resumed 2..4", "rewind 1 #1", "2b", "3c", "4d");
    Dialogue other = joined("ann", "'name':'archive','last':2");
    assertThat(heard(other)).containsExactly("joined 4", "resumed 3..4", "3c", "4d");
    Dialogue bob = joined("bob", "'name':'inbox'");
    assertThat(heard(bob)).containsExactly("joined 4", "resumed 5..4");
  }

  @Test
  void whoReadsForASubscriptionTakesItOver() {
    Dialogue phone = joined("ann", "'name':'inbox'");
    publish("a", "b");
    heard(phone);
    Dialogue laptop = joined("ann", "'name':'inbox'");
    assertThat(heard(laptop))
        .containsExactly("joined 2", "resumed 1..2", "rewind 0 #1", "1a", "2b");
    assertThat(heard(phone)).containsExactly("left taken_over");
    publish("c");
    assertThat(heard(phone)).isEmpty();
    phone.says(ack(2));
    assertThat(phone.error()).isEqualTo("not_joined");
    assertThat(heard(laptop)).containsExactly("3c");
  }

  @Test
  void aSubscriptionHoldsBackRetentionUpToItsLimitsAndIsToldOfTheRest() {
    Dialogue ann = joined("ann", "'name':'inbox'");
    publish("a");
    ann.says(ack(1));
    ann.connection().vanish();
    for (int i = 0; i < 15; i++) {
      publish("x");
    }
    Dialogue back = joined("ann", "'name':'inbox'");
    assertThat(heard(back)).contains("resumed 2..16", "2x").doesNotContain("trimmed 11");
    back.connection().vanish();
    for (int i = 0; i < 15; i++) {
      publish("x");
    }
    node.advance(Duration.ofMinutes(5)); // the node forgets a room that nobody is in
    Dialogue late = joined("ann", "'name':'inbox'");
    assertThat(heard(late)).contains("trimmed 11", "resumed 12..31", "12x");
  }

  @Test
  void aLossIsToldUntilSomethingBehindItIsAcknowledged() {
    Dialogue ann = joined("ann", "'name':'inbox'");
    publish("a");
    ann.says(ack(1));
    ann.connection().vanish();
    for (int i = 0; i < 30; i++) {
      publish("x");
    }
    node.advance(Duration.ofMinutes(5)); // the node forgets a room that nobody is in
    for (int i = 0; i < 2; i++) {
      Dialogue deaf = joined("ann", "'name':'inbox'");
      assertThat(heard(deaf)).contains("trimmed 11", "resumed 12..31");
      deaf.connection().vanish(); // what was sent to it may never have arrived
    }
    Dialogue back = joined("ann", "'name':'inbox'").says(ack(12));
    back.connection().vanish();

    assertThat(heard(joined("ann", "'name':'inbox'")))
        .contains("resumed 13..31")
        .doesNotContain("trimmed 11");
  }

  @Test
  void orNobodyPublishesUntilItHasAcknowledged() {
    try (TestNode strict = node(WhenFull.REFUSE)) {
      Dialogue ann =
          Dialogue.connected(strict, "ann")
              .says("{'op':'join','room':'jobs','name':'inbox'}")
              .says("{'op':'ack','room':'jobs','offset':0}");
      for (int i = 0; i < 20; i++) {
        strict.publish("jobs", Draft.of(Payload.text("x")));
      }
      Dialogue bob = Dialogue.connected(strict, "bob");
      String publish = "{'op':'publish','id':3,'room':'jobs','type':'text','data':'y'}";
      bob.says(publish);
      ServerMessage.Rejected rejected = bob.answer(ServerMessage.Rejected.class);
      assertThat(rejected.problem().code()).isEqualTo("room_full");
      assertThat(rejected.problem().retryable()).isTrue();
      ann.says(ack(4));
      strict.settle();
      bob.says(publish);
      assertThat(bob.answer(ServerMessage.Published.class).offset()).isEqualTo(21);
    }
  }

  // -- Bad input -------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'room':'jobs','offset':3                                | bad_position
          'room':'jobs','offset':9007199254740991                 | bad_position
          'room':'jobs','offset':-1                               | bad_message
          'room':'jobs','offset':1.5                              | bad_message
          'room':'jobs'                                           | bad_message
          'room':'jobs','offset':1,'epoch':'EPOCH1'               | epoch_changed
          'room':'other','offset':1                               | not_joined
          'room':'plain','offset':1                               | unsupported
          'room':'jobs','offset':1,'name':'inbox'                 | not_joined
          'room':'..','offset':1                                  | bad_room_name
          """)
  void aWrongAcknowledgementHasOneClearAnswerAndLeavesNothing(String fields, String code) {
    Dialogue ann = acking("ann").says("{'op':'join','room':'plain'}");
    publish("a", "b");
    ann.hears();
    for (String op : List.of("ack", "nack")) {
      ann.says("{'op':'" + op + "'," + fields + "}");
      assertThat(ann.error()).isEqualTo(code);
    }
    ann.says(ack(2));
    node.advance(Duration.ofMinutes(1));
    assertThat(heard(ann)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'room':'brief','ack':true             | unsupported
          'room':'brief','name':'n'             | unsupported
          'room':'plain','name':'n'             | unsupported
          'room':'jobs/*','ack':true            | unsupported
          'room':'jobs/*','name':'n'            | unsupported
          'room':'jobs','name':''               | bad_message
          'room':'jobs','ack':1                 | bad_message
          """)
  void whatCannotBeAcknowledgedIsRefusedWhenItIsJoined(String fields, String code) {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','id':2," + fields + "}");
    assertThat(ann.error()).isEqualTo(code);
  }

  @Test
  void aSubscriptionBelongsToAUserWhoSaidWhoItIs() {
    node.authenticator(
        credentials ->
            new Authenticator.Answer.Accepted(new User("guest-1", true), Permissions.ALL));
    assertThat(joined("x", "'name':'n'").error()).isEqualTo("forbidden");
  }

  @Test
  void aRoomHasNoMoreSubscriptionsThanItMay() {
    Dialogue ann = Dialogue.connected(node, "ann");
    for (int i = 0; i < 10; i++) {
      ann.says("{'op':'join','room':'jobs','name':'n" + i + "'}");
      ann.says("{'op':'leave','room':'jobs'}");
    }
    ann.hears();
    ann.says("{'op':'join','id':2,'room':'jobs','name':'n10'}");
    assertThat(ann.error()).isEqualTo("room_full");
    ann.says("{'op':'join','id':2,'room':'jobs','name':'n3'}");
    assertThat(heard(ann)).containsExactly("joined 0", "resumed 1..0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$dead/jobs", "$dead/dead"})
  void theServersOwnDeadLettersAreNotForClients(String room) {
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','room':'" + room + "'}");
    assertThat(ann.error()).isEqualTo("bad_room_name");
  }
}
