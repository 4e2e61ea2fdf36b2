package dev.carillon.websocket;

import static dev.carillon.websocket.CloseState.CLOSED;
import static dev.carillon.websocket.CloseState.CLOSE_RECEIVED;
import static dev.carillon.websocket.CloseState.CLOSE_SENT;
import static dev.carillon.websocket.CloseState.FAILED;
import static dev.carillon.websocket.CloseState.OPEN;
import static dev.carillon.websocket.Event.closed;
import static dev.carillon.websocket.Event.ping;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("7")
class ClosingTests {
  /** Every state and every input. */
  @ParameterizedTest
  @CsvSource({
    "OPEN, CLOSE_SENT, CLOSE_RECEIVED, CLOSED, FAILED",
    "CLOSE_SENT, CLOSE_SENT, CLOSED, CLOSED, FAILED",
    "CLOSE_RECEIVED, CLOSED, CLOSE_RECEIVED, CLOSED, CLOSE_RECEIVED",
    "CLOSED, CLOSED, CLOSED, CLOSED, CLOSED",
    "FAILED, FAILED, FAILED, FAILED, FAILED"
  })
  void theTableIsTheMachine(
      CloseState state, CloseState sent, CloseState received, CloseState eof, CloseState broken) {
    assertThat(CloseState.values())
        .containsExactly(OPEN, CLOSE_SENT, CLOSE_RECEIVED, CLOSED, FAILED);
    assertThat(CloseState.Input.values()).hasSize(4);
    assertThat(state.after(CloseState.Input.SEND_CLOSE)).isEqualTo(sent);
    assertThat(state.after(CloseState.Input.RECEIVE_CLOSE)).isEqualTo(received);
    assertThat(state.after(CloseState.Input.RECEIVE_EOF)).isEqualTo(eof);
    assertThat(state.after(CloseState.Input.RECEIVE_VIOLATION)).isEqualTo(broken);
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aCloseIsAnsweredWithItsCode(Split split) { // 5.5.1
    var peer = EngineDriver.client(split).receive("88 05 03 e8 62 79 65", "81 01 61", "89 00");
    assertThat(peer.events()).containsExactly(closed(1000, "bye"));
    assertThat(peer.sent()).isEqualTo("88 82 37 fa 21 3d 34 12");
    assertThat(peer.engine.state()).isEqualTo(CLOSED);
    assertThat(peer.engine.closed()).isTrue();
    assertThat(peer.engine.failed()).isFalse();
    peer.eof();
    assertThat(peer.events()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aCloseWithoutACodeIsAnsweredWithoutOne(Split split) { // 7.1.5
    var peer = EngineDriver.server(split).receive(EngineDriver.masked(0x88, new byte[0]));
    assertThat(peer.events()).containsExactly(closed(1005, ""));
    assertThat(peer.sent()).isEqualTo("88 00");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void afterOurCloseMessagesStillComeUntilThePeersClose(Split split) {
    var peer = EngineDriver.client(split);
    peer.engine.close(CloseCode.GOING_AWAY, "bye");
    assertThat(peer.sent()).isEqualTo("88 85 37 fa 21 3d 34 13 43 44 52");
    assertThat(peer.engine.canSend()).isFalse();
    peer.receive("81 01 61", "89 00", "88 02 03 e9", "81 01 62");
    assertThat(peer.events()).containsExactly(text("a"), ping(""), closed(1001, ""));
    assertThat(peer.sent()).as("no Pong, no second Close").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aViolationAfterOurCloseSendsNoSecondOne(Split split) {
    var peer = EngineDriver.client(split);
    peer.engine.close(CloseCode.NORMAL, "");
    peer.sent();
    peer.receive("83 00");
    assertThat(peer.engine.violation()).isEqualTo(Rule.RESERVED_OPCODE);
    assertThat(peer.sent()).isEmpty();
  }

  @Test
  void aTransportThatEndsAfterOurCloseIs1006() {
    var peer = EngineDriver.client(Split.WHOLE);
    peer.engine.close(CloseCode.NORMAL, "");
    peer.eof().eof();
    assertThat(peer.events()).containsExactly(closed(1006, ""));
  }

  @Test
  void closingTwiceClosesOnce() {
    var peer = EngineDriver.server(Split.WHOLE);
    peer.engine.close();
    peer.engine.close(CloseCode.NORMAL, "again");
    peer.engine.close();
    assertThat(peer.sent()).isEqualTo("88 00");
  }

  @Test
  void aLongReasonIsCutAtACharacter() {
    var peer = EngineDriver.server(Split.WHOLE);
    peer.engine.close(CloseCode.NORMAL, "x" + "\u20ac".repeat(60)); // 181 bytes
    var frame = peer.sent.take();
    assertThat(frame[1]).isEqualTo((byte) (2 + 1 + 3 * 40));
    var reason = new String(frame, 4, frame.length - 4, StandardCharsets.UTF_8);
    assertThat(reason).isEqualTo("x" + "\u20ac".repeat(40));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.CLOSE_BODY_TOO_SHORT)
  void aCloseBodyOfOneByteIsRefused(Split split) {
    FramingTests.breaks(EngineDriver.client(split), Rule.CLOSE_BODY_TOO_SHORT, "88 01 03");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.CLOSE_CODE_INVALID)
  void codesThatMustNotBeSentAreRefused(Split split) { // 7.4
    for (int code :
        new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535}) {
      FramingTests.breaks(
          EngineDriver.client(split), Rule.CLOSE_CODE_INVALID, "88 02" + "%04x".formatted(code));
    }
    for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4999}) {
      var peer = EngineDriver.client(split).receive("88 02" + "%04x".formatted(code));
      assertThat(peer.events()).containsExactly(closed(code, ""));
      assertThat(CloseCode.of(code).sendable()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.CLOSE_REASON_NOT_UTF8)
  void aReasonMustBeText(Split split) {
    FramingTests.breaks(
        EngineDriver.client(split), Rule.CLOSE_REASON_NOT_UTF8, "88 04 03 e8 c3 28");
    FramingTests.breaks(EngineDriver.client(split), Rule.CLOSE_REASON_NOT_UTF8, "88 03 03 e8 c3");
  }

  @Test
  void aViolationIsAnsweredWithItsCodeAndWords() {
    var peer = EngineDriver.server(Split.WHOLE).receive("81 00");
    var words = Hex.of(Rule.CLIENT_FRAME_UNMASKED.words());
    assertThat(peer.sent()).isEqualTo("88 20 03 ea " + words);
  }

  @Test
  void theCallersMistakesThrow() {
    var engine = EngineDriver.server(Split.WHOLE).engine;
    assertThatThrownBy(() -> engine.close(CloseCode.ABNORMAL, ""))
        .isInstanceOf(IllegalArgumentException.class);
    engine.part(Opcode.TEXT, ByteBuffer.allocate(0), false);
    assertThatThrownBy(() -> engine.text("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.part(Opcode.BINARY, ByteBuffer.allocate(0), true))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.part(Opcode.PING, ByteBuffer.allocate(0), true))
        .isInstanceOf(IllegalArgumentException.class);
    engine.close();
    assertThatThrownBy(() -> engine.text("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.binary(ByteBuffer.allocate(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.ping(ByteBuffer.allocate(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.part(Opcode.TEXT, ByteBuffer.allocate(0), true))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aReceiverMustNotReceive() {
    var engine = EngineDriver.client(Split.WHOLE).engine;
    var in = ByteBuffer.wrap(Hex.bytes("89 00"));
    assertThatThrownBy(() -> engine.receive(in, told -> engine.receive(in, again -> {})))
        .isInstanceOf(IllegalStateException.class);
    var next = ByteBuffer.wrap(Hex.bytes("89 00"));
    assertThatThrownBy(() -> engine.receive(next, told -> engine.eof(again -> {})))
        .isInstanceOf(IllegalStateException.class);
    engine.eof(told -> assertThat(told).isInstanceOf(Incoming.Closed.class));
  }

  @Test
  void codesOutsideTheRangeDoNotExist() {
    assertThatThrownBy(() -> CloseCode.of(999)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CloseCode.of(5000)).isInstanceOf(IllegalArgumentException.class);
    for (int code = 1000; code < 5000; code++) {
      assertThat(CloseCode.of(code).value()).isEqualTo(code);
    }
  }
}
