package dev.carillon.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.AckPolicy;
import dev.carillon.core.Audience;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Member;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.User;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Broker.Append;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.core.spi.Broker.Cursor;
import dev.carillon.core.spi.Broker.Extent;
import dev.carillon.core.spi.Broker.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every broker has to keep, whatever it is built on. A broker passes by extending this class;
 * answers may come on any thread, and are waited for {@link #patience()} at the most.
 */
public abstract class BrokerContract {
  /** The room of most tests. */
  protected static final RoomName ROOM = RoomName.of("contract/room");

  private static final RoomName SHORT = RoomName.of("contract/short");

  private static final RoomName DURABLE = RoomName.of("contract/durable");
  private static final RoomName STRICT = RoomName.of("contract/strict");
  private static final Subscriber ALICE = new Subscriber("alice", "phone");
  private static final Subscriber BOB = new Subscriber("bob", "phone");

  private final FakeClock clock = new FakeClock();
  private Broker broker;

  /** For the contract's implementations. */
  @SuppressWarnings("NullAway.Init") // the broker is opened before each test
  protected BrokerContract() {}

  /** Opens an empty broker that goes by the clock and the policies. */
  protected abstract Broker open(Policies policies, FakeClock clock) throws Exception;

  /** How long an answer may take. */
  protected Duration patience() {
    return Duration.ofSeconds(20);
  }

  /** The broker under test. */
  protected final Broker broker() {
    return broker;
  }

  @BeforeEach
  void openBroker() throws Exception {
    Retention few = new Retention(5, 1 << 20, Duration.ofMinutes(1));
    RoomPolicy small = RoomPolicy.DEFAULT.withRetention(few);
    Retention held = new Retention(8, 1 << 20, Duration.ofMinutes(10));
    Duration month = Duration.ofDays(30);
    Map<RoomName, RoomPolicy> policies =
        Map.of(
            SHORT,
            small,
            DURABLE,
            small.durable(
                AckPolicy.DEFAULT,
                new SubscriptionPolicy(2, month, held, SubscriptionPolicy.WhenFull.TRIM)),
            STRICT,
            small.durable(
                AckPolicy.DEFAULT,
                new SubscriptionPolicy(2, month, held, SubscriptionPolicy.WhenFull.REFUSE)));
    broker = open(room -> policies.getOrDefault(room, RoomPolicy.DEFAULT), clock);
  }

  @AfterEach
  void closeBroker() {
    broker.close();
  }

  @Test
  void offsetsStartAtOneAndRiseByOneAcrossBatches() {
    assertThat(offsets(append(ROOM, "a", "b"))).containsExactly(1L, 2L);
    assertThat(offsets(append(ROOM, "c"))).containsExactly(3L);
    assertThat(texts(read(ROOM, 1, 10).entries())).containsExactly("a", "b", "c");
  }

  @Test
  void roomsCountForThemselvesAndHaveEpochsOfTheirOwn() {
    Appended.Stored one = stored(append(ROOM, "a").getFirst());
    Appended.Stored other = stored(append(RoomName.of("contract/other"), "a").getFirst());
    assertThat(other.position().offset()).isEqualTo(1);
    assertThat(other.position().epoch()).isNotEqualTo(one.position().epoch());
  }

  @Test
  void aMessageComesBackAsItWasPublished() {
    Member sender = new Member("s1", new User("alice"), null);
    Payload payload = new Payload(Payload.Kind.BINARY, new byte[] {0, 1, (byte) 0xff});
    Draft draft =
        new Draft("moved", payload, Map.of("b", "2", "a", "1"), "k", 3, 60_000, false, null)
            .withAudience(Audience.of("claims.team == 'red'"));
    List<Append> one = List.of(new Append(draft, "id-1", sender, clock.millis()));
    List<Appended> results = await(answer -> broker.append(ROOM, one, answer));
    stored(results.getFirst());
    var message = read(ROOM, 1, 1).entries().getFirst().message();
    assertThat(message.id()).isEqualTo("id-1");
    assertThat(message.event()).isEqualTo("moved");
    assertThat(message.payload()).isEqualTo(payload);
    assertThat(message.sender()).isEqualTo(sender);
    assertThat(message.time()).isEqualTo(clock.millis());
    assertThat(message.tags()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThat(message.key()).isEqualTo("k");
    assertThat(message.priority()).isEqualTo(3);
    assertThat(message.ttlMillis()).isEqualTo(60_000);
    assertThat(message.echo()).isFalse();
  }

  @Test
  void aFeedGetsWhatIsAppendedAfterItsExtentWithoutAHole() {
    append(ROOM, "before");
    CollectingFeed feed = new CollectingFeed();
    Extent extent = attach(feed).extent();
    assertThat(extent.head()).isEqualTo(1);
    append(ROOM, "a", "b");
    append(ROOM, "c");
    assertThat(texts(feed.behind(extent.head(), 3))).containsExactly("a", "b", "c");
    assertThat(feed.epochs()).containsOnly(extent.epoch());
  }

  @Test
  void aDetachedFeedGetsNothingAppendedLater() {
    CollectingFeed first = new CollectingFeed();
    CollectingFeed second = new CollectingFeed();
    Attached attached = attach(first);
    attach(second);
    attached.attachment().detach();
    append(ROOM, "a");
    second.behind(0, 1);
    assertThat(first.entries).isEmpty();
  }

  @Test
  void readingGivesAtMostTheLimitAndAtLeastOneEntry() {
    append(ROOM, "a", "b", "c", "d");
    assertThat(texts(read(ROOM, 2, 2).entries())).containsExactly("b", "c");
    Page tiny = done(answer -> broker.read(ROOM, 3, 10, 1, answer));
    assertThat(texts(tiny.entries())).containsExactly("c");
    assertThat(read(ROOM, 5, 10).entries()).isEmpty();
    assertThat(read(ROOM, 5, 10).extent().head()).isEqualTo(4);
  }

  @Test
  void anEmptyRoomHasAnExtentWithNothingInIt() {
    Page page = read(ROOM, 1, 10);
    assertThat(page.entries()).isEmpty();
    assertThat(page.extent().head()).isZero();
    assertThat(page.extent().oldest()).isEqualTo(1);
  }

  @Test
  void retentionByCountDropsTheOldestAndKeepsTheHead() {
    append(SHORT, "1", "2", "3", "4", "5", "6", "7");
    Page page = read(SHORT, 1, 10);
    assertThat(page.extent().oldest()).isEqualTo(3);
    assertThat(page.extent().head()).isEqualTo(7);
    assertThat(texts(page.entries())).containsExactly("3", "4", "5", "6", "7");
  }

  @Test
  void retentionByAgeDropsWhatIsTooOldAndKeepsEpochAndHead() {
    Appended.Stored old = stored(append(SHORT, "old").getFirst());
    clock.advance(Duration.ofMinutes(2));
    Page page = read(SHORT, 1, 10);
    assertThat(page.entries()).isEmpty();
    assertThat(page.extent().head()).isEqualTo(1);
    Appended.Stored next = stored(append(SHORT, "new").getFirst());
    assertThat(next.position().epoch()).isEqualTo(old.position().epoch());
    assertThat(next.position().offset()).isEqualTo(2);
  }

  @Test
  void roomsAreListedByNameAsFarAsTheyMatch() {
    for (String room : List.of("list/b", "list/a", "list/a/deep", "listing", "list/c")) {
      append(RoomName.of(room), "x");
    }
    append(RoomName.ofUser("list"), "x");
    append(RoomName.of("list/a").presence(), "x");

    assertThat(rooms("list/*", 10)).containsExactly("list/a", "list/b", "list/c");
    assertThat(rooms("list/*", 2)).containsExactly("list/a", "list/b");
    assertThat(rooms("list/**", 10)).containsExactly("list/a", "list/a/deep", "list/b", "list/c");
    assertThat(rooms("*/a/*", 10)).containsExactly("list/a/deep");
    assertThat(rooms("nothing/*", 10)).isEmpty();
  }

  private List<String> rooms(String wildcard, int limit) {
    Broker.Answer<List<RoomName>> answer =
        await(then -> broker.rooms(Wildcard.of(wildcard), limit, then));
    return ((Broker.Answer.Done<List<RoomName>>) answer)
        .value().stream().map(RoomName::value).toList();
  }

  @Test
  void findGivesTheFirstEntryOfATimeOrLater() {
    long start = clock.millis();
    append(ROOM, "a");
    clock.advance(Duration.ofSeconds(10));
    append(ROOM, "b");
    clock.advance(Duration.ofSeconds(10));
    append(ROOM, "c");
    assertThat(find(start).oldest()).isEqualTo(1);
    assertThat(find(start + 1).oldest()).isEqualTo(2);
    assertThat(find(start + 20_000).oldest()).isEqualTo(3);
    assertThat(find(start + 20_001).oldest()).isEqualTo(4);
    assertThat(find(Long.MAX_VALUE).head()).isEqualTo(3);
  }

  @Test
  void theSameSequenceAgainGivesTheSamePositionAndNoSecondMessage() {
    Appended.Stored first = stored(publish("p", 1, 1, 0));
    stored(publish("p", 1, 2, 1));
    Appended.Stored again = stored(publish("p", 1, 1, 0));
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(again.duplicate()).isTrue();
    assertThat(first.duplicate()).isFalse();
    assertThat(read(ROOM, 1, 10).entries()).hasSize(2);
    assertThat(read(ROOM, 1, 1).entries().getFirst().message().id()).isEqualTo("p:1:1");
  }

  @Test
  void theSameSequenceTwiceInOneBatchIsOneMessage() {
    List<Appended> results =
        await(
            answer ->
                broker.append(ROOM, List.of(stamped("p", 1, 1, 0), stamped("p", 1, 1, 0)), answer));
    assertThat(stored(results.get(1)).position()).isEqualTo(stored(results.get(0)).position());
    assertThat(read(ROOM, 1, 10).entries()).hasSize(1);
  }

  @Test
  void aJumpInTheSequenceAppendsNothing() {
    stored(publish("p", 1, 1, 0));
    Appended.Failed jump = failed(publish("p", 1, 3, 2));
    assertThat(jump.inDoubt()).isFalse();
    assertThat(jump.problem().reason()).isEqualTo(Problem.Reason.SEQUENCE_GAP);
    assertThat(read(ROOM, 1, 10).entries()).hasSize(1);
  }

  @Test
  void aRefusedSequenceIsSteppedOverByNamingWhatWasBeforeIt() {
    stored(publish("p", 1, 1, 0));
    assertThat(stored(publish("p", 1, 3, 1)).position().offset()).isEqualTo(2);
  }

  @Test
  void anUnknownPublisherInMidCountIsToldThatItsStateIsLost() {
    Appended.Failed lost = failed(publish("p", 1, 7, 6));
    assertThat(lost.problem().reason()).isEqualTo(Problem.Reason.PUBLISHER_RESET);
  }

  @Test
  void aNewIncarnationCountsAnewAndTheOldOneIsRefused() {
    stored(publish("p", 1, 1, 0));
    stored(publish("p", 2, 1, 0));
    assertThat(failed(publish("p", 1, 2, 1)).problem().reason())
        .isEqualTo(Problem.Reason.PUBLISHER_RESET);
    assertThat(read(ROOM, 1, 10).entries()).hasSize(2);
  }

  @Test
  void publishersCountForThemselvesAndPerRoom() {
    stored(publish("p", 1, 1, 0));
    stored(publish("q", 1, 1, 0));
    List<Appended> elsewhere =
        await(
            answer ->
                broker.append(
                    RoomName.of("contract/other"), List.of(stamped("p", 1, 1, 0)), answer));
    assertThat(stored(elsewhere.getFirst()).position().offset()).isEqualTo(1);
  }

  @Test
  void aPublisherBelongsToItsUser() {
    stored(publishAs("ann", 1));
    stored(publishAs("ann", 2));
    assertThat(stored(publishAs("bob", 1)).duplicate()).isFalse();
    assertThat(publishAs("eve", 3)).isInstanceOf(Appended.Failed.class);
    assertThat(publish("ann\np", 1, 3, 2)).as("no user").isInstanceOf(Appended.Failed.class);
    assertThat(stored(publishAs("ann", 2)).duplicate()).isTrue();
    assertThat(stored(publishAs("ann", 3)).position().offset()).isEqualTo(4);
  }

  private Appended publishAs(String user, long sequence) {
    Append stamped = stamped("p", 1, sequence, sequence - 1);
    Member sender = new Member("session-of-" + user, new User(user), null);
    var append = new Append(stamped.draft(), stamped.id(), sender, stamped.time());
    List<Appended> answers = await(answer -> broker.append(ROOM, List.of(append), answer));
    return answers.getFirst();
  }

  // -- Subscriptions ---------------------------------------------------------------------------

  @Test
  void aSubscriptionIsThereFromItsFirstCursorOn() {
    append(DURABLE, "1", "2");
    Broker.Subscription before = subscription(DURABLE, ALICE);
    assertThat(before.cursor()).isNull();
    assertThat(before.extent().head()).isEqualTo(2);
    Cursor first = cursor(DURABLE, 2, 0);
    assertThat(settle(DURABLE, ALICE, first)).isEqualTo(first);
    assertThat(subscription(DURABLE, ALICE).cursor()).isEqualTo(first);
    assertThat(subscription(DURABLE, BOB).cursor()).isNull();
  }

  @Test
  void aCursorNeverGoesBackAndCountsFailuresWhereItStands() {
    append(DURABLE, "1", "2", "3");
    settle(DURABLE, ALICE, cursor(DURABLE, 1, 0));
    assertThat(settle(DURABLE, ALICE, cursor(DURABLE, 1, 2))).isEqualTo(cursor(DURABLE, 1, 2));
    settle(DURABLE, ALICE, cursor(DURABLE, 3, 0));
    assertThat(settle(DURABLE, ALICE, cursor(DURABLE, 1, 4))).isEqualTo(cursor(DURABLE, 3, 0));
    assertThat(subscription(DURABLE, ALICE).cursor()).isEqualTo(cursor(DURABLE, 3, 0));
  }

  @Test
  void whatASubscriptionHasNotAcknowledgedIsKeptBeyondCountAndAge() {
    append(DURABLE, "1");
    settle(DURABLE, ALICE, cursor(DURABLE, 1, 0));
    append(DURABLE, "2", "3", "4", "5", "6", "7", "8");
    assertThat(read(DURABLE, 1, 10).extent().oldest()).isEqualTo(2);
    clock.advance(Duration.ofMinutes(5));
    Page page = read(DURABLE, 1, 10);
    assertThat(page.extent().oldest()).isEqualTo(2);
    assertThat(texts(page.entries())).containsExactly("2", "3", "4", "5", "6", "7", "8");
    clock.advance(Duration.ofMinutes(6));
    assertThat(read(DURABLE, 1, 10).extent().oldest()).as("held too long").isEqualTo(9);
  }

  @Test
  void whatTheSlowestSubscriptionAcknowledgesIsDropped() {
    append(DURABLE, "1");
    settle(DURABLE, ALICE, cursor(DURABLE, 0, 0));
    settle(DURABLE, BOB, cursor(DURABLE, 0, 0));
    append(DURABLE, "2", "3", "4", "5", "6", "7");
    settle(DURABLE, ALICE, cursor(DURABLE, 7, 0));
    assertThat(read(DURABLE, 1, 10).extent().oldest()).isEqualTo(1);
    settle(DURABLE, BOB, cursor(DURABLE, 2, 0));
    append(DURABLE, "8");
    assertThat(read(DURABLE, 1, 10).extent().oldest()).isEqualTo(3);
  }

  @Test
  void whereSubscriptionsHoldAsMuchAsTheyMayTheOldestIsDropped() {
    append(DURABLE, "1");
    settle(DURABLE, ALICE, cursor(DURABLE, 0, 0));
    append(DURABLE, "2", "3", "4", "5", "6", "7", "8", "9", "10");
    assertThat(read(DURABLE, 1, 10).extent().oldest()).isEqualTo(3);
  }

  @Test
  void orPublishingIsRefusedUntilTheyHaveAcknowledged() {
    append(STRICT, "1");
    settle(STRICT, ALICE, cursor(STRICT, 0, 0));
    append(STRICT, "2", "3", "4", "5", "6", "7");
    List<Appended> results = append(STRICT, "8", "9");
    stored(results.getFirst());
    Appended.Failed full = failed(results.getLast());
    assertThat(full.inDoubt()).isFalse();
    assertThat(full.problem().reason()).isEqualTo(Problem.Reason.ROOM_FULL);
    assertThat(read(STRICT, 1, 10).entries()).hasSize(8);
    settle(STRICT, ALICE, cursor(STRICT, 4, 0));
    stored(append(STRICT, "9").getFirst());
  }

  @Test
  void aRoomHasNoMoreSubscriptionsThanItMayAndForgetsTheUnused() {
    append(DURABLE, "1");
    Subscriber carol = new Subscriber("carol", "phone");
    settle(DURABLE, ALICE, cursor(DURABLE, 0, 0));
    settle(DURABLE, new Subscriber("alice", "laptop"), cursor(DURABLE, 0, 0));
    assertThat(refusal(DURABLE, carol, cursor(DURABLE, 0, 0))).isEqualTo(Problem.Reason.ROOM_FULL);
    clock.advance(Duration.ofDays(31));
    settle(DURABLE, carol, cursor(DURABLE, 1, 0));
    assertThat(subscription(DURABLE, ALICE).cursor()).isNull();
  }

  @Test
  void aCursorOfAnotherEpochIsNotKept() {
    append(DURABLE, "1");
    Cursor foreign = new Cursor(new Epoch(1, 2), 1, 0);
    assertThat(refusal(DURABLE, ALICE, foreign)).isEqualTo(Problem.Reason.EPOCH_CHANGED);
    assertThat(subscription(DURABLE, ALICE).cursor()).isNull();
  }

  private Broker.Subscription subscription(RoomName room, Subscriber who) {
    return done(answer -> broker.subscription(room, who, answer));
  }

  private Cursor cursor(RoomName room, long acked, int failures) {
    return new Cursor(read(room, 1, 1).extent().epoch(), acked, failures);
  }

  private Cursor settle(RoomName room, Subscriber who, Cursor cursor) {
    return done(answer -> broker.settle(room, who, cursor, answer));
  }

  private Problem.Reason refusal(RoomName room, Subscriber who, Cursor cursor) {
    Broker.Answer<Cursor> answer = await(then -> broker.settle(room, who, cursor, then));
    return ((Broker.Answer.Failed<Cursor>) answer).problem().reason();
  }

  @Test
  void aClosedBrokerAnswersWithAFailure() {
    broker.close();
    List<Appended> results =
        await(answer -> broker.append(ROOM, List.of(text("a"), text("b")), answer));
    assertThat(results).hasSize(2);
    assertThat(failed(results.getFirst()).problem().reason())
        .isEqualTo(Problem.Reason.BROKER_UNAVAILABLE);
    Broker.Answer<Page> page = await(answer -> broker.read(ROOM, 1, 1, 1, answer));
    assertThat(page).isInstanceOf(Broker.Answer.Failed.class);
  }

  // -- Words for the tests ---------------------------------------------------------------------

  private List<Appended> append(RoomName room, String... texts) {
    List<Append> batch = new ArrayList<>();
    for (String text : texts) {
      batch.add(text(text));
    }
    return await(answer -> broker.append(room, batch, answer));
  }

  private Append text(String text) {
    return new Append(Draft.of(Payload.text(text)), "id-" + text, null, clock.millis());
  }

  private Append stamped(String publisher, long incarnation, long sequence, long previous) {
    var stamp = new Draft.Stamp(publisher, incarnation, sequence, previous);
    Payload payload = Payload.text(stamp.messageId());
    return new Append(
        new Draft(null, payload, Map.of(), null, 0, 0, true, stamp),
        stamp.messageId(),
        null,
        clock.millis());
  }

  private Appended publish(String publisher, long incarnation, long sequence, long previous) {
    Append append = stamped(publisher, incarnation, sequence, previous);
    List<Appended> results = await(answer -> broker.append(ROOM, List.of(append), answer));
    return results.getFirst();
  }

  private Page read(RoomName room, long from, int limit) {
    return done(answer -> broker.read(room, from, limit, 1 << 20, answer));
  }

  private Extent find(long since) {
    return done(answer -> broker.find(ROOM, since, answer));
  }

  private record Attached(Extent extent, Broker.Attachment attachment) {}

  private Attached attach(CollectingFeed feed) {
    CompletableFuture<Broker.Answer<Extent>> future = new CompletableFuture<>();
    Broker.Attachment attachment = broker.attach(ROOM, feed, future::complete);
    return new Attached(value(get(future)), attachment);
  }

  private <T> T done(Consumer<Consumer<Broker.Answer<T>>> call) {
    return value(await(call));
  }

  private static <T> T value(Broker.Answer<T> answer) {
    return switch (answer) {
      case Broker.Answer.Done<T>(var value) -> value;
      case Broker.Answer.Failed<T>(var problem) -> throw new AssertionError(problem.toString());
    };
  }

  /** Makes a call and waits for its answer. */
  protected final <T> T await(Consumer<Consumer<T>> call) {
    CompletableFuture<T> future = new CompletableFuture<>();
    call.accept(future::complete);
    return get(future);
  }

  private <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("no answer within " + patience(), e);
    }
  }

  private static Appended.Stored stored(Appended result) {
    assertThat(result).isInstanceOf(Appended.Stored.class);
    return (Appended.Stored) result;
  }

  private static Appended.Failed failed(Appended result) {
    assertThat(result).isInstanceOf(Appended.Failed.class);
    return (Appended.Failed) result;
  }

  private static List<Long> offsets(List<Appended> results) {
    return results.stream().map(result -> stored(result).position().offset()).toList();
  }

  private static List<String> texts(List<Entry> entries) {
    return entries.stream().map(entry -> entry.message().payload().asText()).toList();
  }

  private final class CollectingFeed implements Broker.Feed {
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final List<Epoch> epochs = new CopyOnWriteArrayList<>();

    @Override
    public void entries(Epoch epoch, List<Entry> more) {
      epochs.add(epoch);
      synchronized (entries) {
        entries.addAll(more);
        entries.notifyAll();
      }
    }

    @Override
    public void interrupted(Problem problem) {
      throw new AssertionError("interrupted: " + problem);
    }

    List<Epoch> epochs() {
      return epochs;
    }

    /** Waits for {@code count} entries behind an offset. */
    List<Entry> behind(long offset, int count) {
      long deadline = System.nanoTime() + patience().toNanos();
      synchronized (entries) {
        while (true) {
          List<Entry> wanted = entries.stream().filter(e -> e.offset() > offset).toList();
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (wanted.size() >= count || left <= 0) {
            return wanted;
          }
          try {
            entries.wait(left);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return wanted;
          }
        }
      }
    }
  }
}
