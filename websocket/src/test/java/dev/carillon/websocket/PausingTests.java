package dev.carillon.websocket;

import static dev.carillon.websocket.Event.ping;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** How a caller keeps one peer's flood from costing the others their turn. */
@RfcSection("10.4")
class PausingTests {
  private final ArrayList<Event> events = new ArrayList<>();
  private final Engine engine = EngineDriver.client(Split.WHOLE).engine;

  @Test
  void receiveStopsBehindTheLastFrameAllowed() {
    var in = ByteBuffer.wrap(Hex.bytes("01 01 61", "89 00", "00 00", "80 01 62", "81 01 63"));
    engine.receive(in, 3, told -> events.add(Event.of(told)));
    assertThat(events).containsExactly(ping(""));
    assertThat(in.remaining()).isEqualTo(6);
    engine.receive(in, 1, told -> events.add(Event.of(told)));
    engine.receive(in, 1, told -> events.add(Event.of(told)));
    assertThat(events).containsExactly(ping(""), text("ab"), text("c"));
    assertThat(in.hasRemaining()).isFalse();
    assertThatThrownBy(() -> engine.receive(in, 0, told -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReceiverMayPauseAndTheRestIsLeft() {
    var in = ByteBuffer.wrap(Hex.bytes("81 01 61", "81 01 62", "81 01 63"));
    for (int i = 0; i < 3; i++) {
      engine.receive(
          in,
          told -> {
            events.add(Event.of(told));
            engine.pause();
          });
      assertThat(events).hasSize(i + 1);
    }
    assertThat(events).containsExactly(text("a"), text("b"), text("c"));
    assertThat(in.hasRemaining()).isFalse();
  }

  @Test
  void whatAReceiverThrowsLeavesTheEngineBetweenFrames() {
    var in = ByteBuffer.wrap(Hex.bytes("81 01 61", "01 01 62", "80 01 63", "81 01 64"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  engine.receive(
                      in,
                      told -> {
                        events.add(Event.of(told));
                        throw new IllegalStateException("the application's");
                      }))
          .hasMessage("the application's");
    }
    engine.receive(in, told -> events.add(Event.of(told)));
    assertThat(events).containsExactly(text("a"), text("bc"), text("d"));
  }

  @Test
  void whatIsHeldIsWhatHasArrivedAndNotWhatAHeaderClaims() {
    var limits = new Limits(1 << 24, 1 << 24, 10);
    var peer = EngineDriver.client(Split.WHOLE, limits);
    peer.receive("82 7f 00 00 00 00 00 ff ff ff");
    assertThat(peer.engine.heldBytes()).isZero();
    assertThat(peer.engine.receiving()).isTrue();
    peer.receive("61");
    assertThat(peer.engine.heldBytes()).isLessThanOrEqualTo(64 * 1024);
    peer.receive(new byte[1_000_000]);
    assertThat(peer.engine.heldBytes()).isBetween(1_000_000, 1_100_000);
    peer.eof();
    assertThat(peer.engine.heldBytes()).isZero();

    var small = EngineDriver.client(Split.WHOLE).receive("82 7e 03 e8 61");
    assertThat(small.engine.heldBytes()).as("sized from the header").isEqualTo(1000);
  }
}
