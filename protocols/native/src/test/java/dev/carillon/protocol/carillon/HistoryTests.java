package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomPolicy;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** History backwards, and the newest of each key. */
class HistoryTests {
  private TestNode node = new TestNode();

  @BeforeEach
  void open() {
    Retention large = new Retention(20_000, 1L << 30, Duration.ofDays(1));
    node = new TestNode(2, room -> RoomPolicy.DEFAULT.withRetention(large), "memory");
  }

  @AfterEach
  void close() {
    node.close();
  }

  private void publish(@Nullable String key, String text) {
    Payload payload = Payload.text(text);
    node.publish("r", new Draft(null, payload, Map.of(), key, 0, 0, true, null));
  }

  private ServerMessage.History history(String fields) {
    Dialogue ann = Dialogue.connected(node, "ann");
    return ann.says("{'op':'history','id':2,'room':'r'" + fields + "}")
        .answer(ServerMessage.History.class);
  }

  private static String texts(ServerMessage.History history) {
    return String.join(
        " ", history.messages().stream().map(entry -> entry.payload().string()).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",'order':'newest'|5 4 3 2 1|false",
        ",'order':'newest','limit':2|5 4|true",
        ",'order':'newest','last':3|5 4 3|false",
        ",'order':'newest','limit':5|5 4 3 2 1|false",
        ",'order':'newest','since':0|5 4 3 2 1|false",
        ",'order':'newest','since':9000000000000|''|false",
      })
  void newestFirstBeginsAtTheEnd(String fields, String expected, boolean more) {
    for (int i = 1; i <= 5; i++) {
      publish(null, "" + i);
    }
    ServerMessage.History history = history(fields);

    assertThat(texts(history)).isEqualTo(expected);
    assertThat(history.more()).isEqualTo(more);
    assertThat(history.head()).isEqualTo(5);
  }

  @Test
  void newestFirstGoesOnAtAPosition() {
    for (int i = 1; i <= 300; i++) {
      publish(null, "" + i);
    }
    ServerMessage.History first = history(",'order':'newest','limit':200");
    long last = first.messages().getLast().offset();
    assertThat(last).isEqualTo(101);
    String from = ",'from':{'epoch':'" + first.epoch() + "','offset':" + (last - 1) + "}";
    ServerMessage.History rest = history(",'order':'newest','limit':200" + from);

    assertThat(rest.messages().getFirst().offset()).isEqualTo(100);
    assertThat(rest.messages().getLast().offset()).isEqualTo(1);
    assertThat(rest.more()).isFalse();
  }

  @Test
  void heavyMessagesMakeAShortPage() {
    String heavy = "x".repeat(300_000);
    for (int i = 1; i <= 40; i++) {
      publish(null, heavy);
    }
    ServerMessage.History history = history(",'order':'newest','limit':40");

    assertThat(history.messages()).hasSize(1);
    assertThat(history.messages().getFirst().offset()).isEqualTo(40);
    assertThat(history.more()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",'compact':true|b1 - a2 c1",
        ",'compact':true,'order':'newest'|c1 a2 - b1",
        ",'compact':true,'limit':2|a2 c1",
      })
  void compactedHistoryHasTheNewestOfEachKey(String fields, String expected) {
    publish("a", "a1");
    publish("b", "b1");
    publish(null, "-");
    publish("a", "a2");
    publish("c", "c1");

    assertThat(texts(history(fields))).isEqualTo(expected);
  }

  @Test
  void compactedHistoryLooksAtALimitedNumberOfMessagesAndSaysSo() {
    publish("old", "old");
    for (int i = 0; i < 5000; i++) {
      publish("k", "" + i);
    }
    ServerMessage.History history = history(",'compact':true");

    assertThat(texts(history)).isEqualTo("4999");
    assertThat(history.more()).isTrue();
  }

  @Test
  void aPositionOfAnotherEpochIsRefusedBackwardsToo() {
    publish(null, "1");
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says(
        "{'op':'history','id':2,'room':'r','order':'newest','from':{'epoch':'e1','offset':1}}");

    assertThat(ann.error()).isEqualTo("epoch_changed");
  }

  @Test
  void theLatestOfEachKeyComesOnJoiningWhereTheRoomSaysSo() {
    node.close();
    RoomPolicy usual = RoomPolicy.DEFAULT;
    RoomPolicy latest =
        new RoomPolicy(
            usual.delivery(),
            usual.retention(),
            usual.slowReaders(),
            usual.presence(),
            usual.creation(),
            usual.history(),
            RoomPolicy.OnJoin.LATEST,
            usual.limits(),
            true);
    node = new TestNode(2, room -> latest, "memory");
    publish("a", "a1");
    publish("b", "b1");
    publish("a", "a2");
    publish("c", "c1");
    Dialogue ann = Dialogue.connected(node, "ann").says("{'op':'join','id':2,'room':'r'}");
    publish("a", "a3");

    List<dev.carillon.wire.FromServer> heard = ann.hears();
    assertThat(
            heard.stream()
                .filter(ServerMessage.Message.class::isInstance)
                .map(each -> ((ServerMessage.Message) each).entry().payload().string()))
        .containsExactly("b1", "a2", "c1", "a3");
    assertThat(heard)
        .filteredOn(ServerMessage.Gap.class::isInstance)
        .singleElement()
        .satisfies(
            gap -> {
              assertThat(((ServerMessage.Gap) gap).reason()).isEqualTo("conflated");
              assertThat(((ServerMessage.Gap) gap).ranges())
                  .containsExactly(new dev.carillon.wire.Range(1, 1));
            });
  }
}
