package dev.carillon.websocket;

import static dev.carillon.websocket.Event.ping;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("5.4")
class FragmentationTests {
  @ParameterizedTest
  @EnumSource(Split.class)
  void pingBetweenFragmentsLeavesTheMessageWhole(Split split) {
    var peer = EngineDriver.client(split);
    peer.receive("01 02 68 65", "89 00", "80 03 6c 6c 6f");
    assertThat(peer.events()).containsExactly(ping(""), text("hello"));
    assertThat(peer.sent()).startsWith("8a 80"); // 5.5.2: the Pong, masked
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void emptyFragmentsAddNothing(Split split) {
    var peer = EngineDriver.client(split);
    peer.receive("01 00", "00 00", "00 02 68 65", "00 00", "80 00", "01 00", "80 00");
    assertThat(peer.events()).containsExactly(text("he"), text(""));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.CONTINUATION_WITHOUT_START)
  void aContinuationNeedsAStart(Split split) {
    FramingTests.breaks(EngineDriver.client(split), Rule.CONTINUATION_WITHOUT_START, "80 00");
    FramingTests.breaks(
        EngineDriver.client(split), Rule.CONTINUATION_WITHOUT_START, "81 01 61", "00 01 61");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.MESSAGE_INSIDE_MESSAGE)
  void aMessageEndsBeforeTheNextBegins(Split split) {
    FramingTests.breaks(
        EngineDriver.client(split), Rule.MESSAGE_INSIDE_MESSAGE, "01 01 61", "81 01 61");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.TOO_MANY_FRAGMENTS)
  void fragmentsAreCounted(Split split) {
    var limits = Limits.DEFAULT.withMaxFragments(3);
    var peer = EngineDriver.client(split, limits);
    peer.receive("01 01 61", "00 01 61", "80 01 61", "01 00", "00 00", "80 00");
    assertThat(peer.events()).containsExactly(text("aaa"), text(""));
    FramingTests.breaks(peer, Rule.TOO_MANY_FRAGMENTS, "01 00", "00 00", "00 00", "00 00");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.MESSAGE_TOO_LARGE)
  void theSumOfFragmentsIsLimitedOnTheHeader(Split split) { // 10.4
    var limits = new Limits(1000, 150, 1000);
    var fill = "61".repeat(100);
    var peer = EngineDriver.client(split, limits);
    peer.receive("01 64" + fill, "80 32" + "61".repeat(50));
    assertThat(peer.events()).containsExactly(text("a".repeat(150)));
    FramingTests.breaks(peer, Rule.MESSAGE_TOO_LARGE, "01 64" + fill, "80 33");
    FramingTests.breaks(EngineDriver.client(split, limits), Rule.MESSAGE_TOO_LARGE, "82 7e 00 97");
    assertThat(peer.engine.heldBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void fourMebibytesInFragmentsOf64BytesAreOneMessage(Split split) { // Autobahn 9.3.1
    if (split == Split.BYTE_BY_BYTE) {
      return; // 5 million reads of what RANDOM reads in fewer
    }
    var limits = new Limits(1 << 24, 1 << 24, 65_536);
    var payload = new byte[4 << 20];
    new Random(Split.SEED).nextBytes(payload);
    var out = new java.io.ByteArrayOutputStream();
    for (int i = 0; i < 65_536; i++) {
      int first = (i == 0 ? 2 : 0) | (i == 65_535 ? 0x80 : 0);
      var piece = java.util.Arrays.copyOfRange(payload, i * 64, i * 64 + 64);
      out.writeBytes(EngineDriver.masked(first, piece));
    }
    var got = new ArrayList<byte[]>();
    var sent = new Sent();
    var engine = Engine.server(limits, null, sent);
    for (var read : split.cut(out.toByteArray())) {
      engine.receive(ByteBuffer.wrap(read), incoming -> got.add(binary(incoming)));
    }
    assertThat(got).hasSize(1);
    assertThat(got.get(0)).isEqualTo(payload);
    assertThat(engine.heldBytes()).isZero();
  }

  private static byte[] binary(Incoming incoming) {
    if (incoming instanceof Incoming.Binary(var payload)) {
      return Hex.copy(payload);
    }
    throw new AssertionError(incoming);
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void partsAreHandedOnAsTheyArrive(Split split) {
    var peer = EngineDriver.parts(split, Limits.DEFAULT);
    peer.receive("01 02 68 65", "89 00", "00 00", "80 03 6c 6c 6f", "82 00");
    assertThat(peer.engine.heldBytes()).isZero();
    var parts = new ArrayList<Event.Part>();
    for (var event : peer.events()) {
      if (event instanceof Event.Part part) {
        parts.add(part);
      }
    }
    var hello = parts.subList(0, parts.size() - 1);
    assertThat(joined(hello)).isEqualTo("68 65 6c 6c 6f");
    assertThat(hello).allMatch(Event.Part::text);
    assertThat(hello.stream().map(Event.Part::first)).startsWith(true).containsOnlyOnce(true);
    assertThat(hello.stream().map(Event.Part::last)).endsWith(true).containsOnlyOnce(true);
    assertThat(parts).endsWith(new Event.Part(false, "", true, true));
  }

  private static String joined(List<Event.Part> parts) {
    var hex = new ArrayList<String>();
    for (var part : parts) {
      if (!part.hex().isEmpty()) {
        hex.add(part.hex());
      }
    }
    return String.join(" ", hex);
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aStreamedMessageIsSentAsFragments(Split split) {
    var peer = EngineDriver.server(split);
    var engine = peer.engine;
    engine.part(Opcode.TEXT, ByteBuffer.wrap(Hex.bytes("68 65")), false);
    assertThat(engine.sending()).isTrue();
    engine.ping(ByteBuffer.allocate(0));
    engine.part(Opcode.TEXT, ByteBuffer.wrap(Hex.bytes("6c 6c")), false);
    engine.part(Opcode.TEXT, ByteBuffer.wrap(Hex.bytes("6f")), true);
    assertThat(engine.sending()).isFalse();
    engine.text("x");
    assertThat(peer.sent()).isEqualTo("01 02 68 65 89 00 00 02 6c 6c 80 01 6f 81 01 78");
  }
}
