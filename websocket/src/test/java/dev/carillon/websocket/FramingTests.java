package dev.carillon.websocket;

import static dev.carillon.websocket.Event.binary;
import static dev.carillon.websocket.Event.broke;
import static dev.carillon.websocket.Event.closed;
import static dev.carillon.websocket.Event.ping;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("5.2")
class FramingTests {
  @ParameterizedTest
  @EnumSource(Split.class)
  void theExamplesOfTheRfcAreUnderstood(Split split) { // 5.7
    var client = EngineDriver.client(split);
    client.receive("81 05 48 65 6c 6c 6f", "01 03 48 65 6c", "80 02 6c 6f");
    assertThat(client.events()).containsExactly(text("Hello"), text("Hello"));

    var server = EngineDriver.server(split);
    server.receive("81 85 37 fa 21 3d 7f 9f 4d 51 58", "89 85 37 fa 21 3d 7f 9f 4d 51 58");
    assertThat(server.events()).containsExactly(text("Hello"), ping("Hello"));
    assertThat(server.sent()).isEqualTo("8a 05 48 65 6c 6c 6f");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void everyLengthFormCarriesItsRange(Split split) {
    for (int length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 200_000}) {
      var payload = new byte[length];
      new Random(Split.SEED + length).nextBytes(payload);
      var server = EngineDriver.server(split);
      server.receive(EngineDriver.masked(0x82, payload));
      assertThat(server.events()).as("length %d", length).containsExactly(binary(Hex.of(payload)));

      var client = EngineDriver.client(split);
      client.receive(EngineDriver.frame(0x82, payload, false));
      assertThat(client.events()).as("length %d", length).containsExactly(binary(Hex.of(payload)));
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void whatIsSentIsFramedInTheShortestForm(Split split) {
    for (int length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 200_000}) {
      var payload = new byte[length];
      new Random(Split.SEED - length).nextBytes(payload);
      var server = EngineDriver.server(split);
      server.engine.binary(ByteBuffer.wrap(payload));
      assertThat(server.sent.take()).isEqualTo(EngineDriver.frame(0x82, payload, false));
      var client = EngineDriver.client(split);
      client.engine.binary(ByteBuffer.wrap(payload));
      assertThat(client.sent.take()).isEqualTo(EngineDriver.frame(0x82, payload, true));
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.RESERVED_BITS_SET)
  void aReservedBitEndsTheConnection(Split split) {
    for (var frame : new String[] {"91 00", "a1 00", "c1 00", "f2 00", "d9 00"}) {
      breaks(EngineDriver.client(split), Rule.RESERVED_BITS_SET, frame);
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.RESERVED_OPCODE)
  void aReservedOpcodeEndsTheConnection(Split split) {
    for (var opcode : "3 4 5 6 7 b c d e f".split(" ")) {
      breaks(EngineDriver.client(split), Rule.RESERVED_OPCODE, "8" + opcode + " 00");
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.LENGTH_NOT_MINIMAL)
  void aLengthInTooLongAFormEndsTheConnection(Split split) {
    for (var frame :
        new String[] {
          "81 7e 00 7d", "81 7f 00 00 00 00 00 00 ff ff", "81 7f 00 00 00 00 00 00 00 00"
        }) {
      breaks(EngineDriver.client(split), Rule.LENGTH_NOT_MINIMAL, frame);
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.LENGTH_TOP_BIT_SET)
  void aNegativeLengthEndsTheConnection(Split split) {
    breaks(EngineDriver.client(split), Rule.LENGTH_TOP_BIT_SET, "82 7f 80 00 00 00 00 00 00 01");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes({Rule.CLIENT_FRAME_UNMASKED, Rule.SERVER_FRAME_MASKED})
  void masksGoOneWayOnly(Split split) { // 5.1
    breaks(EngineDriver.server(split), Rule.CLIENT_FRAME_UNMASKED, "81 01 61");
    breaks(EngineDriver.client(split), Rule.SERVER_FRAME_MASKED, "81 81 00 00 00 00 61");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.FRAME_TOO_LARGE)
  void aFrameAboveTheLimitIsRefusedOnItsHeaderAlone(Split split) { // 10.4
    var limits = new Limits(1000, 1 << 20, 10);
    var peer = EngineDriver.client(split, limits);
    breaks(peer, Rule.FRAME_TOO_LARGE, "82 7e 03 e9");
    assertThat(peer.engine.heldBytes()).isZero();
    breaks(
        EngineDriver.client(split, limits), Rule.FRAME_TOO_LARGE, "82 7f 7f ff ff ff ff ff ff ff");
    breaks(
        EngineDriver.client(split, limits), Rule.FRAME_TOO_LARGE, "82 7f 00 00 00 01 00 00 00 00");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void nothingBehindAViolationCounts(Split split) {
    var peer = EngineDriver.client(split);
    breaks(peer, Rule.RESERVED_OPCODE, "83 00", "81 01 61", "88 00", "83 00");
    peer.receive("81 01 61").eof();
    assertThat(peer.events()).hasSize(1);
    assertThat(peer.sent()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aTransportThatEndsIsToldAs1006(Split split) { // 7.1.5
    var peer = EngineDriver.client(split).receive("81 05 48 65").eof();
    assertThat(peer.events()).containsExactly(closed(1006, ""));
    assertThat(peer.engine.state()).isEqualTo(CloseState.CLOSED);
    assertThat(peer.sent()).isEmpty();
  }

  static void breaks(EngineDriver peer, Rule rule, String... hex) {
    peer.receive(hex);
    assertThat(peer.events()).as(String.join(" ", hex)).endsWith(broke(rule));
    assertThat(peer.engine.violation()).isEqualTo(rule);
    assertThat(peer.engine.failed()).isTrue();
    assertThat(peer.sent.take()).as("one Close frame").startsWith(0x88);
  }
}
