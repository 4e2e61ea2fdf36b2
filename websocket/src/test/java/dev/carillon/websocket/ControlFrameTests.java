package dev.carillon.websocket;

import static dev.carillon.websocket.Event.ping;
import static dev.carillon.websocket.Event.pong;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("5.5")
class ControlFrameTests {
  @ParameterizedTest
  @EnumSource(Split.class)
  void everyPingIsAnsweredInOrder(Split split) { // 5.5.2
    var peer = EngineDriver.client(split).receive("89 00", "89 01 61", "81 01 78", "89 01 62");
    assertThat(peer.events()).containsExactly(ping(""), ping("a"), text("x"), ping("b"));
    assertThat(peer.sent())
        .isEqualTo("8a 80 37 fa 21 3d 8a 81 37 fa 21 3d 56 8a 81 37 fa 21 3d 55");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aPongNobodyAskedForIsOnlyTold(Split split) { // 5.5.3
    var peer = EngineDriver.client(split).receive("8a 00", "8a 02 68 69");
    assertThat(peer.events()).containsExactly(pong(""), pong("hi"));
    assertThat(peer.sent()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void controlFramesCarryUpTo125Bytes(Split split) {
    var peer = EngineDriver.server(split);
    peer.receive(EngineDriver.masked(0x89, new byte[125]));
    assertThat(peer.events()).hasSize(1);
    assertThat(peer.sent.take()).isEqualTo(EngineDriver.frame(0x8a, new byte[125], false));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes({Rule.CONTROL_TOO_LONG, Rule.CONTROL_FRAGMENTED})
  void controlFramesAreShortAndWhole(Split split) {
    for (var opcode : new String[] {"8", "9", "a"}) {
      FramingTests.breaks(
          EngineDriver.client(split), Rule.CONTROL_TOO_LONG, "8" + opcode + " 7e 00 7e");
      FramingTests.breaks(
          EngineDriver.client(split),
          Rule.CONTROL_TOO_LONG,
          "8" + opcode + " 7f 00 00 00 00 00 00 00 01");
      FramingTests.breaks(
          EngineDriver.client(split), Rule.CONTROL_FRAGMENTED, "0" + opcode + " 00");
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void whileTheOutputIsFullOnlyTheLatestPingIsKept(Split split) { // 5.5.3
    var peer = EngineDriver.server(split);
    peer.sent.full = true;
    for (int i = 0; i < 10_000; i++) {
      peer.engine.receive(
          ByteBuffer.wrap(EngineDriver.masked(0x89, new byte[] {(byte) i})), incoming -> {});
    }
    assertThat(peer.sent()).isEmpty();
    peer.engine.answerPing();
    assertThat(peer.sent()).isEmpty();
    peer.sent.full = false;
    peer.engine.answerPing();
    assertThat(peer.sent()).isEqualTo("8a 01 0f"); // 9999
    peer.engine.answerPing();
    assertThat(peer.sent()).isEmpty();
  }

  @Test
  void thePingThatWaitedIsAnsweredBeforeWhatFollows() {
    var peer = EngineDriver.server(Split.WHOLE);
    peer.sent.full = true;
    peer.receive(EngineDriver.masked(0x89, new byte[] {1}));
    peer.sent.full = false;
    peer.engine.text("x");
    assertThat(peer.sent()).isEqualTo("8a 01 01 81 01 78");
    peer.sent.full = true;
    peer.receive(EngineDriver.masked(0x89, new byte[] {2}));
    peer.sent.full = false;
    peer.receive(EngineDriver.masked(0x89, new byte[] {3}));
    assertThat(peer.sent()).isEqualTo("8a 01 02 8a 01 03");
  }

  @Test
  void pingsAndPongsAreSent() {
    var peer = EngineDriver.server(Split.WHOLE);
    peer.engine.ping(ByteBuffer.wrap(new byte[] {1}));
    peer.engine.pong(ByteBuffer.allocate(125));
    assertThat(peer.sent()).isEqualTo("89 01 01 8a 7d" + " 00".repeat(125));
    assertThatThrownBy(() -> peer.engine.ping(ByteBuffer.allocate(126)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
