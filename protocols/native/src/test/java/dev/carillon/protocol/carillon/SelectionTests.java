package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets which message of a room: filters, the sender left out, and messages past their time. */
class SelectionTests {
  private final TestNode node = new TestNode();

  @AfterEach
  void closeTheNode() {
    node.close();
  }

  private Dialogue joined(String user, String more) {
    Dialogue dialogue =
        Dialogue.connected(node, user).says("{'op':'join','id':1,'room':'a'" + more + "}");
    dialogue.hears();
    return dialogue;
  }

  private static void publish(Dialogue by, String more) {
    by.says("{'op':'publish','room':'a','type':'text','data':'x'" + more + "}");
  }

  /** Offsets that came as messages, and, negative, those that came as skipped. */
  private static List<Long> offsets(Dialogue reader) {
    List<Long> offsets = new ArrayList<>();
    for (FromServer heard : reader.hears()) {
      if (heard instanceof ServerMessage.Message message) {
        offsets.add(message.entry().offset());
      } else if (heard instanceof ServerMessage.Skipped skipped) {
        for (Range range : skipped.ranges()) {
          for (long offset = range.from(); offset <= range.to(); offset++) {
            offsets.add(-offset);
          }
        }
      }
    }
    return offsets;
  }

  @Test
  void readersWithAndWithoutFiltersShareARoomAndEachCanProveThatNothingIsMissing() {
    Dialogue ann = joined("ann", "");
    Dialogue red = joined("red", ",'filter':'tags.color in [\\\"red\\\"]'");
    Dialogue none = joined("none", ",'filter':'tags.color in [\\\"blue\\\"]'");
    SplittableRandom random = new SplittableRandom(5);
    List<Long> wanted = new ArrayList<>();
    for (long offset = 1; offset <= 50; offset++) {
      boolean match = random.nextBoolean() || offset == 50;
      publish(ann, ",'tags':{'color':'" + (match ? "red" : "green") + "'}");
      wanted.add(match ? offset : -offset);
    }
    assertThat(offsets(red)).containsExactlyElementsOf(wanted);
    assertThat(offsets(none)).isEmpty();
    assertThat(offsets(ann)).hasSize(50).allMatch(offset -> offset > 0);
  }

  @Test
  void aSenderThatWantsNoEchoIsLeftOutAndNobodyElse() {
    Dialogue ann = joined("ann", "");
    Dialogue bob = joined("bob", "");
    publish(ann, ",'echo':false");
    publish(bob, "");
    assertThat(offsets(ann)).containsExactly(-1L, 2L);
    assertThat(offsets(bob)).containsExactly(1L, 2L);
  }

  @Test
  void aMessagePastItsTimeIsSkippedForWhoComesLate() {
    Dialogue ann = joined("ann", "");
    publish(ann, ",'ttl':1000");
    publish(ann, "");
    assertThat(offsets(ann)).containsExactly(1L, 2L);
    node.advance(Duration.ofSeconds(2));
    Dialogue late = Dialogue.connected(node, "late");
    late.says("{'op':'join','id':1,'room':'a','last':10}");
    assertThat(offsets(late)).containsExactly(-1L, 2L);
  }

  @Test
  void aFilterThatIsNoneIsRefusedWithItsPlace() {
    Dialogue ann = Dialogue.connected(node, "ann");
    ann.says("{'op':'join','id':1,'room':'a','filter':'tags.color = 1'}");
    var error = ann.answer(ServerMessage.Error.class);
    assertThat(error.problem().code()).isEqualTo("bad_filter");
    assertThat(error.problem().message()).contains("character 12");
    ann.says("{'op':'leave','id':2,'room':'a'}");
    assertThat(ann.error()).isEqualTo("not_joined");
  }
}
