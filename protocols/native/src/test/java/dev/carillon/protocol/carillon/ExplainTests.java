package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.core.AckPolicy;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Epoch;
import dev.carillon.core.Explained;
import dev.carillon.core.Explanation;
import dev.carillon.core.HeldBytes;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Shard;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Why somebody did or did not get a message, in one sentence, afterwards. */
class ExplainTests {
  private static final Retention FEW = new Retention(5, 1 << 20, Duration.ofDays(1));
  private static final AckPolicy ACKS =
      new AckPolicy(Duration.ofSeconds(10), 3, 4, RoomName.of("dead"));
  private static final String BIG = "x".repeat(840);

  private final TestNode node = new TestNode(2, ExplainTests::policy, "memory");

  private static RoomPolicy policy(RoomName room) {
    return switch (room.value()) {
      case "few" -> RoomPolicy.DEFAULT.withRetention(FEW);
      case "jobs" -> RoomPolicy.DEFAULT.durable(ACKS, SubscriptionPolicy.DEFAULT);
      case "skip" -> slow(SlowReaders.Action.SKIP);
      case "keys" -> slow(SlowReaders.Action.CONFLATE);
      case "drop" -> slow(SlowReaders.Action.DISCONNECT);
      default -> RoomPolicy.DEFAULT;
    };
  }

  private static RoomPolicy slow(SlowReaders.Action action) {
    return RoomPolicy.DEFAULT.withSlowReaders(
        new SlowReaders(action, 20_000, Duration.ofSeconds(10)));
  }

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  // -- What happens

  private Dialogue joined(String user, String room, String more) {
    Dialogue dialogue = Dialogue.connected(node, user);
    dialogue.says("{'op':'join','id':2,'room':'" + room + "'" + more + "}").hears();
    return dialogue;
  }

  private void publish(String room, int count) {
    for (int i = 0; i < count; i++) {
      node.publish(room, Draft.of(Payload.text("x")));
    }
  }

  private static String token(Dialogue fresh) {
    ServerMessage.Welcome welcome =
        fresh.says("{'op':'connect','id':1}").answer(ServerMessage.Welcome.class);
    return Objects.requireNonNull(welcome.resume()).value();
  }

  private Dialogue back(String user, String token) {
    Dialogue back = Dialogue.silent(node, user);
    back.says("{'op':'connect','id':1,'resume':'" + token + "'}").hears();
    return back;
  }

  // -- What is said of it

  private Broker.Answer<Explained> ask(
      String room,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String user,
      @Nullable String session) {
    List<Broker.Answer<Explained>> answers = new ArrayList<>();
    node.node().explain(RoomName.of(room), epoch, offset, user, session, answers::add);
    node.settle();
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private List<Explanation> all(String room, long offset, String user) {
    if (ask(room, null, offset, user, null) instanceof Broker.Answer.Done<Explained>(var found)) {
      return found.explanations();
    }
    throw new AssertionError("not explained");
  }

  /** The one explanation, with S for the session and T for each moment. */
  private String why(String room, long offset, String user) {
    List<Explanation> all = all(room, offset, user);
    assertThat(all).hasSize(1);
    return words(all.getFirst());
  }

  private static String words(Explanation one) {
    String session = one.session();
    String sentence = session == null ? one.sentence() : one.sentence().replace(session, "S");
    return one.outcome().code()
        + ": "
        + sentence.replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "T");
  }

  @Test
  void whatWasSentIsToldFromWhereTheReaderStands() {
    publish("a", 2);
    joined("ann", "a", "");
    publish("a", 3);

    assertThat(why("a", 4, "ann"))
        .isEqualTo(
            "sent: offset 4 of a was sent to session S, which has read the room since T from"
                + " offset 3 on.");
    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "before: offset 2 of a stood in the room before session S joined it at T from offset 3"
                + " on.");
    assertThat(why("a", 6, "ann"))
        .isEqualTo("not_written: offset 6 of a is not written yet: the room's head is 5.");
  }

  @Test
  void whoHasNotJoinedGetsNothing() {
    publish("a", 1);
    Dialogue.connected(node, "bob");

    assertThat(why("a", 1, "bob"))
        .isEqualTo(
            "not_joined: offset 1 of a was not for session S, which has not joined the room.");
    assertThat(why("a", 1, "eve"))
        .isEqualTo(
            "not_joined: offset 1 of a was not sent to user eve, of whom no session has been here"
                + " since this server started, at T.");
  }

  @Test
  void whoMayNotJoinIsToldSo() {
    Permissions none =
        new Permissions() {
          @Override
          public boolean mayJoin(RoomName room) {
            return false;
          }

          @Override
          public boolean mayPublish(RoomName room) {
            return true;
          }
        };
    node.authenticator(who -> new Authenticator.Answer.Accepted(new User("ann"), none));
    publish("a", 1);
    joined("ann", "a", "");

    assertThat(why("a", 1, "ann"))
        .isEqualTo(
            "refused: offset 1 of a was not for session S, whose join was refused at T: not"
                + " permitted to join room a.");
  }

  @Test
  void whatWasNotMeantForAReaderSaysWhy() {
    Dialogue ann = joined("ann", "a", ",'filter':'tags.color == \\\"red\\\"'");
    Dialogue bob = joined("bob", "a", "");
    bob.says("{'op':'publish','room':'a','type':'text','data':'x','tags':{'color':'blue'}}");
    bob.says("{'op':'publish','room':'a','type':'text','data':'x','echo':false}");
    bob.says("{'op':'publish','room':'a','type':'text','data':'x','filter':'user == \\\"ann\\\"'}");
    node.publish(
        "a", new Draft(null, Payload.text("x"), Map.of("color", "red"), null, 0, 0, true, null));

    assertThat(ann.hears()).isNotEmpty();
    assertThat(why("a", 1, "ann"))
        .startsWith("skipped: offset 1 of a was not meant for session S: its filter, ")
        .endsWith(", does not match the message's tags.");
    assertThat(why("a", 2, "bob"))
        .isEqualTo(
            "skipped: offset 2 of a was not meant for session S: it published the message itself,"
                + " and wanted no echo.");
    assertThat(why("a", 3, "bob"))
        .isEqualTo(
            "skipped: offset 3 of a was not meant for session S: it was published for readers of"
                + " whom user == \"ann\" holds.");
    assertThat(why("a", 4, "ann")).startsWith("sent: ");
    assertThat(why("a", 1, "bob")).startsWith("sent: ");
  }

  @Test
  void whatHadExpiredSaysSo() {
    Dialogue ann = joined("ann", "a", "");
    ann.connection().window(0);
    node.publish("a", new Draft(null, Payload.text("x"), Map.of(), null, 0, 500, true, null));
    node.publish("a", new Draft(null, Payload.text("y"), Map.of(), null, 0, 0, true, null));
    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "waiting: offset 2 of a waits to be sent to session S, which has been sent up to offset"
                + " 0: its connection takes no more for the moment.");
    node.advance(Duration.ofSeconds(1));
    ann.connection().window(100_000);

    assertThat(why("a", 1, "ann"))
        .isEqualTo(
            "skipped: offset 1 of a was not meant for session S: it had expired, 500 ms after it"
                + " was published.");
    assertThat(why("a", 2, "ann")).startsWith("sent: ");
  }

  @Test
  void whyItWasNotMeantIsLostWithTheMessage() {
    Dialogue ann = joined("ann", "few", ",'filter':'tags.color == \\\"red\\\"'");
    publish("few", 1);
    node.publish(
        "few", new Draft(null, Payload.text("x"), Map.of("color", "red"), null, 0, 0, true, null));
    publish("few", 6);

    assertThat(ann.hears()).isNotEmpty();
    assertThat(why("few", 1, "ann"))
        .isEqualTo(
            "skipped: offset 1 of few was not meant for session S: by which of its filter, its"
                + " publisher's filter, its echo and its age cannot be told any more, as the"
                + " message is no longer retained.");
  }

  @Test
  void whatWasLostSaysToWhat() {
    publish("few", 14);
    String epoch = epoch("few");
    node.advance(Duration.ofMinutes(1)); // nobody reads it: what is not retained is gone
    joined("bob", "few", ",'from':{'epoch':'" + epoch + "','offset':2}");

    assertThat(why("few", 5, "bob"))
        .isEqualTo(
            "lost: offset 5 of few was lost to session S: retention had dropped it before its turn"
                + " came, which was told as a gap at T.");
    assertThat(why("few", 2, "bob"))
        .isEqualTo(
            "unknown: offset 2 of few had come to session S before it joined at T from offset 3 on,"
                + " as its client said; what came of it then is not known here.");

    Dialogue slow = joined("slow", "skip", "");
    slow.connection().window(0);
    for (int i = 0; i < 60; i++) {
      node.publish("skip", Draft.of(Payload.text(BIG)));
    }
    node.advance(Duration.ofSeconds(2));
    slow.connection().window(1 << 20);
    node.advance(Duration.ofSeconds(2));
    assertThat(why("skip", 30, "slow"))
        .isEqualTo(
            "lost: offset 30 of skip was lost to session S: it was too far behind, and was moved to"
                + " the room's head, which was told as a gap at T.");

    Dialogue keyed = joined("keyed", "keys", "");
    keyed.connection().window(0);
    for (int i = 0; i < 60; i++) {
      node.publish(
          "keys", new Draft(null, Payload.text(BIG), Map.of(), "k" + i % 2, 0, 0, true, null));
    }
    node.advance(Duration.ofSeconds(2));
    keyed.connection().window(1 << 20);
    node.advance(Duration.ofSeconds(2));
    assertThat(why("keys", 30, "keyed"))
        .isEqualTo(
            "lost: offset 30 of keys was lost to session S: a newer message of the same key stood"
                + " for it while the session was behind, which was told as a gap at T.");
    assertThat(why("keys", 60, "keyed")).startsWith("sent: ");
  }

  @Test
  void whoWasTooSlowIsAway() {
    Dialogue slow = joined("slow", "drop", "");
    slow.connection().window(0);
    for (int i = 0; i < 60; i++) {
      node.publish("drop", Draft.of(Payload.text(BIG)));
    }
    node.advance(Duration.ofSeconds(2));
    assertThat(Objects.requireNonNull(slow.connection().closed()).why()).isEqualTo(Disconnect.LAG);
    slow.connection().vanish();

    assertThat(why("drop", 60, "slow"))
        .isEqualTo(
            "away: offset 60 of drop came when session S was away: its connection was closed, as it"
                + " was too far behind, at T, having been sent up to offset 0; it has not come"
                + " back, and can until T.");
  }

  @Test
  void whoWasAwayComesBackOrDoesNot() {
    Dialogue ann = Dialogue.silent(node, "ann");
    String token = token(ann);
    ann.says("{'op':'join','id':2,'room':'a'}").hears();
    publish("a", 2);
    ann.connection().vanish();
    publish("a", 2);

    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "in_doubt: offset 2 of a was sent to session S; then its connection was lost at T, and"
                + " nobody has said whether it arrived.");
    assertThat(why("a", 3, "ann"))
        .isEqualTo(
            "away: offset 3 of a came when session S was away: its connection was lost at T, having"
                + " been sent up to offset 2; it has not come back, and can until T.");

    Dialogue back = back("ann", token);
    assertThat(why("a", 3, "ann"))
        .endsWith("; it has come back, but has not joined the room again.");
    String epoch = epoch("a");
    back.says("{'op':'join','id':2,'room':'a','from':{'epoch':'" + epoch + "','offset':2}}");
    assertThat(back.hears()).isNotEmpty();
    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "delivered: offset 2 of a was delivered to session S, whose client said so when it"
                + " joined again at T.");
    assertThat(why("a", 3, "ann")).startsWith("sent: ");

    back.connection().vanish();
    publish("a", 1);
    node.advance(Duration.ofMinutes(3));
    assertThat(why("a", 6, "ann"))
        .isEqualTo(
            "ended: offset 6 of a came when session S was away: its connection was lost at T,"
                + " having been sent up to offset 5; nobody came back for the session in time, and"
                + " it is over.");
  }

  private String epoch(String room) {
    return ((Broker.Appended.Stored) node.publish(room, Draft.of(Payload.text("e"))))
        .position()
        .epoch()
        .toString();
  }

  @Test
  void whoHadLeftOrWasTakenOutSaysSo() {
    Dialogue ann = joined("ann", "a", "");
    publish("a", 1);
    ann.says("{'op':'leave','id':3,'room':'a'}").hears();
    publish("a", 1);

    assertThat(why("a", 1, "ann"))
        .isEqualTo("sent: offset 1 of a was sent to session S; then it left at T.");
    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "after: offset 2 of a came after session S had been in the room: it left at T, having"
                + " been sent up to offset 1.");
    ann.says("{'op':'join','id':4,'room':'a'}").hears();
    publish("a", 1);
    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "after: offset 2 of a came while session S was not in the room: it left at T, having"
                + " been sent up to offset 1, and it joined again at T from offset 3 on.");

    node.node().expel(RoomName.of("a"), who -> true, "removed", () -> {});
    node.settle();
    publish("a", 1);
    assertThat(why("a", 4, "ann"))
        .isEqualTo(
            "after: offset 4 of a came after session S had been in the room: the server took it out"
                + " of the room at T (removed), having been sent up to offset 3.");
    node.node().remove(who -> true, "bye", count -> {});
    node.settle();
    assertThat(why("a", 4, "ann")).startsWith("after: ");
  }

  @Test
  void whatWasSentBeforeItLeftIsNotLostWhenItAsksForItOnceMoreAndTooLate() {
    Dialogue bob = joined("bob", "few", "");
    publish("few", 1);
    bob.says("{'op':'leave','id':3,'room':'few'}").hears();
    publish("few", 13);
    String epoch = epoch("few");
    node.advance(Duration.ofMinutes(5)); // nobody reads it: what is not retained is gone
    bob.says("{'op':'join','id':4,'room':'few','from':{'epoch':'" + epoch + "','offset':0}}")
        .hears();

    assertThat(why("few", 1, "bob"))
        .isEqualTo("sent: offset 1 of few was sent to session S; then it left at T.");
    assertThat(why("few", 2, "bob")).startsWith("lost: ");
  }

  @Test
  void aSessionThatIsOverSaysWhoEndedIt() {
    joined("ann", "a", "");
    publish("a", 1);
    node.node().remove(who -> true, "bye", count -> {});
    node.settle();
    publish("a", 1);

    assertThat(why("a", 2, "ann"))
        .isEqualTo(
            "ended: offset 2 of a was not sent to session S, which is over: the server ended it at"
                + " T (bye), having been sent up to offset 1.");
  }

  @Test
  void whatIsAcknowledgedSaysHowFar() {
    Dialogue ann = joined("ann", "jobs", ",'ack':true");
    publish("jobs", 6);
    ann.says("{'op':'ack','room':'jobs','offset':1}");

    assertThat(why("jobs", 1, "ann"))
        .isEqualTo(
            "delivered: offset 1 of jobs was delivered to session S, which acknowledged it.");
    assertThat(why("jobs", 2, "ann"))
        .isEqualTo(
            "unacknowledged: offset 2 of jobs was sent to session S, which has not acknowledged it;"
                + " this is delivery 1 of 3.");
    assertThat(why("jobs", 3, "ann"))
        .isEqualTo(
            "unacknowledged: offset 3 of jobs was sent to session S, which has acknowledged"
                + " everything below offset 2.");
    assertThat(why("jobs", 6, "ann"))
        .isEqualTo(
            "waiting: offset 6 of jobs waits to be sent to session S, which has been sent up to"
                + " offset 5: as much as may be is sent and not acknowledged.");
    node.advance(Duration.ofSeconds(11));
    assertThat(why("jobs", 2, "ann")).endsWith("; this is delivery 2 of 3.");
    assertThat(why("jobs", 3, "ann"))
        .isEqualTo(
            "unacknowledged: offset 3 of jobs was sent to session S, and comes again when offset 2"
                + " is acknowledged, of which this is delivery 2 of 3.");
    assertThat(why("jobs", 6, "ann"))
        .isEqualTo(
            "waiting: offset 6 of jobs waits to be sent to session S until offset 2 is"
                + " acknowledged, of which this is delivery 2 of 3.");
    node.advance(Duration.ofSeconds(22));
    assertThat(why("jobs", 2, "ann"))
        .isEqualTo(
            "dead_letter: offset 2 of jobs was sent to session S as often as the room tries, never"
                + " acknowledged, and went to the dead letters at T.");
  }

  @Test
  void whatANamedSubscriptionIsOwedComesAgain() {
    Dialogue ann = joined("ann", "jobs", ",'name':'mail'");
    publish("jobs", 2);
    ann.connection().vanish();

    assertThat(why("jobs", 2, "ann"))
        .isEqualTo(
            "unacknowledged: offset 2 of jobs was sent to session S, which had acknowledged"
                + " everything up to offset 0; it comes again to whoever reads for the subscription"
                + " mail.");
  }

  @Test
  void eachSessionOfAUserIsSpokenOfAndOneAloneWhenAsked() {
    joined("ann", "a", "");
    publish("a", 1);
    joined("ann", "a", "");
    List<Explanation> both = all("a", 1, "ann");

    assertThat(both)
        .extracting(each -> each.outcome().code())
        .containsExactlyInAnyOrder("sent", "before");
    Explanation one = both.getFirst();
    assertThat(ask("a", null, 1, null, one.session()))
        .isInstanceOfSatisfying(
            Broker.Answer.Done.class,
            done -> assertThat(((Explained) done.value()).explanations()).containsExactly(one));
  }

  @Test
  void aRoomThatIsNoneAndAQuestionThatIsNoneAreRefused() {
    assertThat(ask("nowhere", null, 1, "ann", null))
        .isInstanceOfSatisfying(
            Broker.Answer.Failed.class,
            no -> assertThat(no.problem().reason()).isEqualTo(Problem.Reason.NO_SUCH_ROOM));
    assertThatThrownBy(() -> ask("a", null, 0, "ann", null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ask("a", null, 1, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherEpochIsAnotherLog() {
    joined("ann", "a", "");
    publish("a", 1);
    Broker.Answer<Explained> answer = ask("a", new Epoch(1, 2), 1, "ann", null);

    assertThat(answer)
        .isInstanceOfSatisfying(
            Broker.Answer.Done.class,
            done ->
                assertThat(words(((Explained) done.value()).explanations().getFirst()))
                    .startsWith(
                        "reset: offset 1 of a is of a log of the room that session S has not read;"
                            + " it reads epoch "));
    String before = "00000000000000000000000000000001";
    Dialogue late = joined("late", "a", ",'from':{'epoch':'" + before + "','offset':1}");
    assertThat(late.hears()).isNotNull();
    assertThat(why("a", 1, "late"))
        .isEqualTo(
            "reset: offset 1 of a was passed over for session S by a reset: it had been in another"
                + " log of the room, and went on at T from offset 2 on.");
  }

  @Test
  void whoComesAndGoesAllTheTimeIsRememberedForTheLastTimesAndPushesOutNobody() {
    Dialogue.connected(node, "quiet");
    joined("ann", "a", "");
    Dialogue bob = joined("bob", "a", "");
    for (int i = 0; i < 10; i++) {
      bob.says("{'op':'leave','id':3,'room':'a'}").hears();
      publish("a", 1);
      bob.says("{'op':'join','id':4,'room':'a'}").hears();
    }

    assertThat(why("a", 9, "bob")).startsWith("after: ");
    assertThat(why("a", 1, "bob"))
        .matches(
            "unknown: offset 1 of a cannot be told of session S, which reads the room at T from"
                + " offset \\d+ on; of its stays in the room that ended up to T nothing is"
                + " kept\\.");
    assertThat(why("a", 1, "ann")).startsWith("sent: ");
    long accounts = node.node().shards().stream().mapToLong(s -> s.ledgerCounts().accounts()).sum();
    long dropped = node.node().shards().stream().mapToLong(s -> s.ledgerCounts().dropped()).sum();
    assertThat(accounts).isEqualTo(4);
    assertThat(dropped).isEqualTo(6);
  }

  @Test
  void whatIsRememberedIsCountedAndBounded() {
    long budget = node.node().governor().budget() / 32;
    for (int i = 0; i < 80_000; i++) {
      Shard shard = node.node().shard(0);
      assertThat(shard.held().of(HeldBytes.Kind.LEDGER)).isLessThanOrEqualTo(budget / 2);
      if (shard.ledgerCounts().dropped() > 0) {
        break;
      }
      for (int both = 0; both < 2; both++) {
        Dialogue one = Dialogue.connected(node, "u" + i);
        one.says("{'op':'join','id':2,'room':'a'}");
        one.connection().vanish();
      }
      node.clock().advance(Duration.ofMillis(5)); // or they would be too many at once
    }
    publish("a", 1);
    Dialogue.connected(node, "u0");

    assertThat(node.node().shard(0).ledgerCounts().dropped()).isPositive();
    assertThat(why("a", 1, "nobody"))
        .isEqualTo(
            "unknown: offset 1 of a cannot be told of user nobody, of whom no session has been here"
                + " since accounts were dropped, up to those of T.");
  }
}
