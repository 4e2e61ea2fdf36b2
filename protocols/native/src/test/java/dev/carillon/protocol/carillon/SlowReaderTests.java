package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Audience;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.SlowReaders.Action;
import dev.carillon.testkit.TestConnection;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.Entry;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers that do not keep up: what each policy does, what they are told, and who is left alone.
 */
class SlowReaderTests {
  private static final long BUDGET = 100_000;
  private static final Duration AGE = Duration.ofSeconds(10);
  private static final String BODY = "x".repeat(840); // a weight of about 1,000

  private TestNode node = node(Action.DISCONNECT, 5000);

  private static TestNode node(Action action, int kept) {
    Retention retention = new Retention(kept, 64 << 20, Duration.ofHours(1));
    RoomPolicy policy =
        RoomPolicy.DEFAULT
            .withRetention(retention)
            .withSlowReaders(new SlowReaders(action, BUDGET, AGE));
    return new TestNode(2, room -> policy, "memory");
  }

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private Dialogue joined(String user, String more) {
    Dialogue dialogue = Dialogue.connected(node, user);
    return dialogue.says("{'op':'join','id':1,'room':'a'" + more + "}");
  }

  private void publish(String data, @Nullable String key) {
    node.publish("a", new Draft(null, Payload.text(data), Map.of(), key, 0, 0, true, null));
  }

  private void publish(String data, String key, String color, @Nullable Audience audience) {
    Map<String, String> tags = Map.of("color", color);
    node.publish("a", new Draft(null, Payload.text(data), tags, key, 0, 0, true, audience, null));
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      publish(BODY, null);
    }
  }

  @Test
  void aReaderBeyondItsBytesIsDisconnectedWithThePositionThatItComesBackFrom() {
    Dialogue slow = joined("slow", "");
    Dialogue quick = joined("quick", "");
    slow.connection().window(5_500);
    publish(90);
    node.advance(Duration.ofSeconds(2));
    assertThat(slow.connection().closed()).as("within the budget").isNull();
    publish(30);
    node.advance(Duration.ofSeconds(2));

    TestConnection.Closed closed = slow.connection().closed();
    assertThat(closed).isNotNull();
    assertThat(closed.why()).isEqualTo(Disconnect.LAG);
    Stream stream = new Stream("a", 1).take(slow.hears());
    String[] words = closed.reason().split("[ :]", -1);
    long last = Long.parseLong(words[2]);
    assertThat(last)
        .as("the frame that was begun is finished before the Close")
        .isEqualTo(stream.expected);
    assertThat(new Stream("a", 1).take(quick.hears()).messages).hasSize(120);
    assertThat(quick.connection().closed()).isNull();

    slow.connection().vanish();
    Dialogue back = joined("slow", ",'from':{'epoch':'" + words[1] + "','offset':" + last + "}");
    assertThat(new Stream("a", last + 1).take(back.hears()).messages).hasSize((int) (120 - last));
  }

  @Test
  void aReaderBeyondItsTimeIsDisconnectedHoweverLittleWaits() {
    Dialogue slow = joined("slow", "");
    slow.connection().window(0);
    publish("little", null);
    node.advance(Duration.ofSeconds(9));
    assertThat(slow.connection().closed()).isNull();
    node.advance(Duration.ofSeconds(3));
    assertThat(slow.connection().closed()).isNotNull();
  }

  @Test
  void whoCatchesUpInTimeIsLeftAloneThenAndLater() {
    Dialogue slow = joined("slow", "");
    for (int i = 0; i < 5; i++) {
      slow.connection().window(100);
      publish(90);
      node.advance(Duration.ofSeconds(8));
      slow.connection().window(Long.MAX_VALUE);
    }
    node.advance(Duration.ofSeconds(30));
    assertThat(slow.connection().closed()).isNull();
    assertThat(new Stream("a", 1).take(slow.hears()).messages).hasSize(450);
  }

  @Test
  void replayingALongPastIsNotLag() {
    publish(3000);
    Dialogue late = Dialogue.connected(node, "late");
    late.connection().window(1000);
    late.says("{'op':'join','id':1,'room':'a','last':3000}");
    for (int i = 0; i < 40; i++) {
      node.advance(Duration.ofSeconds(1));
      publish(5); // it is 20 MB behind when it begins, and what comes meanwhile is replayed too
      late.connection().window(100_000);
    }
    assertThat(late.connection().closed()).isNull();
    assertThat(new Stream("a", 1).take(late.hears()).messages).hasSize(3200);
  }

  @Test
  void skippingGoesOnAtTheHeadAndSaysWhatWasLost() {
    closeTheNode();
    node = node(Action.SKIP, 5000);
    Dialogue slow = joined("slow", "");
    slow.connection().window(5_500);
    publish(300);
    slow.connection().window(Long.MAX_VALUE);
    publish("live", null);

    Stream stream = new Stream("a", 1).take(slow.hears());
    assertThat(stream.gaps)
        .singleElement()
        .satisfies(gap -> assertThat(gap.reason()).isEqualTo("lagged"));
    assertThat(stream.messages.getLast().offset()).isEqualTo(301);
    assertThat(stream.messages).hasSizeLessThan(10);
    assertThat(slow.connection().closed()).isNull();
  }

  @Test
  void volatileRoomsSkipAlsoWhatOnlyTheNodesLogCouldHaveHeld() {
    closeTheNode();
    RoomPolicy usual = RoomPolicy.DEFAULT;
    RoomPolicy policy =
        new RoomPolicy(
            RoomPolicy.Delivery.VOLATILE,
            usual.retention(),
            usual.slowReaders(),
            usual.presence(),
            usual.creation(),
            usual.history(),
            usual.onJoin(),
            usual.limits(),
            true);
    node = new TestNode(2, room -> policy, "memory");
    Dialogue slow = joined("slow", "");
    slow.connection().window(1);
    for (int i = 0; i < 2000; i++) {
      publish("m" + i, null); // within the budget, and beyond the log
    }
    slow.connection().window(Long.MAX_VALUE);
    publish("live", null);

    Stream stream = new Stream("a", 1).take(slow.hears());
    assertThat(stream.messages.getLast().offset()).isEqualTo(2001);
    assertThat(stream.gaps)
        .singleElement()
        .satisfies(gap -> assertThat(gap.reason()).isEqualTo("lagged"));
  }

  @Test
  void conflatingKeepsTheNewestOfEachKeyAndEverythingWithoutOne() {
    closeTheNode();
    node = node(Action.CONFLATE, 5000);
    Dialogue slow = joined("slow", "");
    slow.connection().window(1);
    for (int i = 1; i <= 400; i++) {
      publish(BODY + i, i % 40 == 7 ? null : "key" + i % 3);
    }
    slow.connection().window(Long.MAX_VALUE);
    publish("live", "key1");

    Stream stream = new Stream("a", 1).take(slow.hears());
    assertThat(stream.expected).isEqualTo(402);
    assertThat(stream.gaps)
        .singleElement()
        .satisfies(gap -> assertThat(gap.reason()).isEqualTo("conflated"));
    List<Long> keyless = new ArrayList<>();
    List<String> keyed = new ArrayList<>();
    for (Entry entry : stream.messages) {
      if (entry.key() == null) {
        keyless.add(entry.offset());
      } else {
        keyed.add(entry.key() + "@" + entry.offset());
      }
    }
    assertThat(keyless).containsExactly(7L, 47L, 87L, 127L, 167L, 207L, 247L, 287L, 327L, 367L);
    // The first was begun when the socket was cut.
    assertThat(keyed).containsExactly("key1@1", "key2@398", "key0@399", "key1@400", "key1@401");
  }

  /** Or it would have none of a key, though one that is for it is there. */
  @Test
  void whatAReaderDoesNotGetSupersedesNothingForIt() {
    closeTheNode();
    node = node(Action.CONFLATE, 5000);
    Dialogue all = joined("all", "");
    Dialogue red = joined("red", ",'filter':'tags.color == \\'red\\''");
    all.connection().window(1);
    red.connection().window(1);
    for (int i = 1; i <= 400; i++) {
      publish(BODY, "key", i % 100 == 0 ? "red" : "blue", null);
    }
    publish(BODY, "key", "red", Audience.of("user == 'judge'"));
    all.connection().window(Long.MAX_VALUE);
    red.connection().window(Long.MAX_VALUE);

    assertThat(offsets(all)).as("the first was begun").containsExactly(1L, 400L);
    assertThat(offsets(red)).as("the first was begun").containsExactly(100L, 400L);
  }

  /** What came, where every other offset was told. */
  private static List<Long> offsets(Dialogue dialogue) {
    Stream stream = new Stream("a", 1).take(dialogue.hears());
    return stream.messages.stream().map(Entry::offset).toList();
  }

  /** Farther back than the node's own log reaches, what is left is read from the broker. */
  @Test
  void conflatingReachesBehindTheNodesLog() {
    closeTheNode();
    node = node(Action.CONFLATE, 5000);
    Dialogue slow = joined("slow", "");
    slow.connection().window(1);
    for (int i = 1; i <= 4000; i++) {
      publish(BODY, i % 1000 == 0 ? "old" + i : "key" + i % 3);
    }
    slow.connection().window(Long.MAX_VALUE);
    node.advance(Duration.ofSeconds(1));

    Stream stream = new Stream("a", 1).take(slow.hears());
    assertThat(stream.expected).isEqualTo(4001);
    assertThat(stream.gaps).isNotEmpty().allMatch(gap -> gap.reason().equals("conflated"));
    assertThat(stream.messages.stream().map(Entry::offset))
        .containsExactly(1L, 1000L, 2000L, 3000L, 3997L, 3998L, 3999L, 4000L);
  }

  /** Sockets that stall and go on as they like, under each policy, with filters and without. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void whateverHappensEveryHoleIsTold(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    closeTheNode();
    Action action = Action.values()[(int) (seed % 3)];
    node = node(action, random.nextBoolean() ? 5000 : 150);
    List<Dialogue> readers = new ArrayList<>();
    List<Stream> streams = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      readers.add(joined("r" + i, i % 3 == 0 ? ",'filter':'tags.c in [\\\"red\\\"]'" : ""));
      streams.add(new Stream("a", 1));
    }
    Set<Integer> gone = new HashSet<>();
    for (int step = 0; step < 300; step++) {
      act(random, readers.get(random.nextInt(readers.size())));
      if (random.nextInt(10) == 0) {
        node.advance(Duration.ofMillis(random.nextInt(4000)));
      }
      for (int i = 0; i < readers.size(); i++) {
        streams.get(i).take(readers.get(i).hears());
        if (readers.get(i).connection().closed() != null) {
          gone.add(i);
        }
      }
    }
    for (int i = 0; i < readers.size(); i++) {
      readers.get(i).connection().window(Long.MAX_VALUE);
    }
    node.publish(
        "a", new Draft(null, Payload.text("end"), Map.of("c", "red"), null, 0, 0, true, null));
    node.advance(Duration.ofSeconds(3));
    for (int i = 0; i < readers.size(); i++) {
      streams.get(i).take(readers.get(i).hears());
      if (!gone.contains(i)) {
        assertThat(streams.get(i).messages.getLast().payload().bytes())
            .isEqualTo("end".getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(gone.isEmpty()).isEqualTo(action != Action.DISCONNECT);
  }

  private void act(SplittableRandom random, Dialogue reader) {
    switch (random.nextInt(6)) {
      case 0 -> reader.connection().window(random.nextInt(20_000));
      case 1 -> reader.connection().window(Long.MAX_VALUE);
      case 2 -> {
        String echo = random.nextBoolean() ? ",'echo':false" : "";
        String key = random.nextBoolean() ? ",'key':'k" + random.nextInt(3) + "'" : "";
        reader.says("{'op':'publish','room':'a','type':'text','data':'own'" + echo + key + "}");
      }
      default -> {
        for (int i = random.nextInt(30); i >= 0; i--) {
          String key = random.nextInt(4) == 0 ? null : "k" + random.nextInt(5);
          Map<String, String> tags = Map.of("c", random.nextBoolean() ? "red" : "blue");
          long ttl = random.nextInt(5) == 0 ? 2000 : 0;
          node.publish("a", new Draft(null, Payload.text(BODY), tags, key, 0, ttl, true, null));
        }
      }
    }
  }

  @Test
  void aGapNeverOverlapsWhatWasSent() {
    closeTheNode();
    node = node(Action.SKIP, 5000);
    Dialogue slow = joined("slow", "");
    Stream stream = new Stream("a", 1);
    for (int i = 0; i < 20; i++) {
      slow.connection().window(i * 700L);
      publish(150);
      stream.take(slow.hears());
    }
    slow.connection().window(Long.MAX_VALUE);
    stream.take(slow.hears());
    assertThat(stream.expected).isEqualTo(3001);
    List<Range> lost = new ArrayList<>();
    stream.gaps.stream().map(ServerMessage.Gap::ranges).forEach(lost::addAll);
    assertThat(lost).isNotEmpty();
  }
}
