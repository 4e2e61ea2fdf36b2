package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where quiet rooms end, as a heartbeat tells it. */
class HeadsTests {
  private final TestNode node = new TestNode();

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private static void publish(Dialogue by, String room, String more) {
    by.says("{'op':'publish','room':'" + room + "','type':'text','data':'x'" + more + "}");
  }

  /** What the next heartbeat says. */
  private static List<FromServer> beat(Dialogue reader) {
    reader.connection().conversation().beat();
    return reader.hears();
  }

  @Test
  void aRoomIsNamedInWhichNothingWasSentSinceTheLastHeartbeat() {
    Dialogue ann = Dialogue.connected(node, "ann");
    Dialogue bob = Dialogue.connected(node, "bob");
    ann.says("{'op':'join','room':'quiet'}").says("{'op':'join','room':'loud'}");
    publish(bob, "loud", "");
    ann.hears();

    assertThat(beat(ann)).containsExactly(new ServerMessage.Heads(Map.of("quiet", 0L)));
    assertThat(beat(ann)).containsExactly(new ServerMessage.Heads(Map.of("quiet", 0L, "loud", 1L)));
    publish(bob, "quiet", "");
    ann.hears();
    assertThat(beat(ann)).containsExactly(new ServerMessage.Heads(Map.of("loud", 1L)));
  }

  @Test
  void aHeadIsToldBehindWhatTheReaderDidNotGet() {
    Dialogue ann = Dialogue.connected(node, "ann");
    Dialogue bob = Dialogue.connected(node, "bob");
    ann.says("{'op':'join','room':'a','filter':'tags.color in [\\\"red\\\"]'}").hears();
    publish(bob, "a", ",'tags':{'color':'blue'}");
    assertThat(ann.hears()).isEmpty();

    assertThat(beat(ann))
        .containsExactly(
            new ServerMessage.Skipped("a", List.of(new Range(1, 1))),
            new ServerMessage.Heads(Map.of("a", 1L)));
  }

  @Test
  void aReaderThatHasNotHadEverythingIsToldNoHead() {
    Dialogue ann = Dialogue.connected(node, "ann");
    Dialogue bob = Dialogue.connected(node, "bob");
    ann.says("{'op':'join','room':'a'}").hears();
    ann.connection().window(0);
    publish(bob, "a", "");
    node.settle();
    ann.connection().conversation().beat();
    ann.connection().conversation().beat();
    ann.connection().window(Long.MAX_VALUE);
    node.settle();

    assertThat(ann.hears())
        .filteredOn(ServerMessage.Heads.class::isInstance)
        .allMatch(heads -> ((ServerMessage.Heads) heads).rooms().isEmpty());
    beat(ann);
    assertThat(beat(ann)).containsExactly(new ServerMessage.Heads(Map.of("a", 1L)));
  }

  @Test
  void manyRoomsAreNamedInSeveralHeartbeatsAndEachOfThemAgainAndAgain() {
    Dialogue ann = Dialogue.connected(node, "ann");
    int rooms = 300;
    for (int i = 0; i < rooms; i++) {
      ann.says("{'op':'join','room':'" + "n".repeat(90) + "/" + i + "'}");
    }
    ann.hears();
    Map<String, Integer> named = new TreeMap<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      for (FromServer heard : beat(ann)) {
        Map<String, Long> heads = ((ServerMessage.Heads) heard).rooms();
        sizes.add(heads.size());
        heads.keySet().forEach(room -> named.merge(room, 1, Integer::sum));
      }
    }
    assertThat(named).hasSize(rooms);
    assertThat(named.values()).allMatch(times -> times == 4);
    assertThat(sizes).allMatch(size -> size > 0 && size < 100);
  }
}
