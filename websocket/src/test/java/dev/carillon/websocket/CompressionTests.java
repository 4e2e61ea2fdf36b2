package dev.carillon.websocket;

import static dev.carillon.websocket.Event.broke;
import static dev.carillon.websocket.Event.text;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("RFC 7692 6 and 7.2")
class CompressionTests {
  private final Compressors compressors = new Compressors(6);

  @AfterEach
  void close() {
    compressors.close();
  }

  private EngineDriver client(Split split) {
    return client(split, Limits.DEFAULT, new DeflatePolicy(0, false));
  }

  private EngineDriver client(Split split, Limits limits, DeflatePolicy policy) {
    return new EngineDriver(
        split,
        true,
        out ->
            Engine.client(
                limits,
                Deflate.client(DeflateAgreement.DEFAULT, policy, compressors),
                EngineDriver.keys(),
                out));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void theExamplesOfTheRfcAreUnderstood(Split split) { // 7.2.3
    for (boolean own : new boolean[] {false, true}) {
      var peer = client(split, Limits.DEFAULT, new DeflatePolicy(0, own));
      peer.receive("c1 07 f2 48 cd c9 c9 07 00"); // one block
      peer.receive("41 03 f2 48 cd", "80 04 c9 c9 07 00"); // two fragments
      peer.receive("c1 05 f2 00 11 00 00"); // the window shared with the messages before
      peer.receive("c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00"); // no compression
      peer.receive("c1 08 f3 48 cd c9 c9 07 00 00"); // a final block
      peer.receive("c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00"); // two blocks
      peer.receive("c1 01 00"); // empty
      assertThat(peer.events())
          .containsExactly(
              text("Hello"),
              text("Hello"),
              text("Hello"),
              text("Hello"),
              text("Hello"),
              text("Hello"),
              text(""));
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void uncompressedMessagesMayComeInBetween(Split split) {
    var peer = client(split);
    peer.receive(
        "41 03 f2 48 cd", "89 00", "80 04 c9 c9 07 00", "81 01 61", "c1 05 f2 00 11 00 00");
    assertThat(peer.events())
        .containsExactly(Event.ping(""), text("Hello"), text("a"), text("Hello"));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes({Rule.COMPRESSED_CONTINUATION, Rule.COMPRESSED_CONTROL})
  void onlyTheFirstFrameOfAMessageIsMarked(Split split) { // 6.1
    FramingTests.breaks(
        client(split), Rule.COMPRESSED_CONTINUATION, "41 03 f2 48 cd", "c0 04 c9 c9 07 00");
    FramingTests.breaks(client(split), Rule.COMPRESSED_CONTINUATION, "01 01 61", "c0 01 00");
    FramingTests.breaks(client(split), Rule.COMPRESSED_CONTROL, "c9 00");
    FramingTests.breaks(client(split), Rule.COMPRESSED_CONTROL, "c8 00");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes({Rule.DEFLATE_INVALID, Rule.DEFLATE_TRUNCATED})
  void whatNoDeflaterWroteEndsTheConnection(Split split) {
    FramingTests.breaks(client(split), Rule.DEFLATE_INVALID, "c1 03 07 07 07"); // type 3
    FramingTests.breaks(client(split), Rule.DEFLATE_INVALID, "c1 05 f2 00 11 00 00"); // too far
    FramingTests.breaks(client(split), Rule.DEFLATE_INVALID, "c1 06 f3 48 cd c9 c9 07"); // no 00
    FramingTests.breaks(client(split), Rule.DEFLATE_INVALID, "c1 03 f2 48 cd"); // inside a code
    // 255 stored bytes are announced
    FramingTests.breaks(client(split), Rule.DEFLATE_TRUNCATED, "c1 07 00 ff 00 00 ff 61 61");
    FramingTests.breaks(client(split), Rule.DEFLATE_INVALID, "c1 00"); // not even a header
    var endless = client(split);
    endless.receive(EngineDriver.frame(0xc2, finalBlocks(5000), false));
    assertThat(endless.events()).containsExactly(broke(Rule.DEFLATE_INVALID));
  }

  /** Empty blocks, each of them the last: 03 00. */
  private static byte[] finalBlocks(int count) {
    var bytes = new byte[count * 2];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 3;
    }
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.INFLATED_TOO_LARGE)
  void aBombEndsAtTheLimit(Split split) { // 8
    var limits = new Limits(1 << 20, 10_000, 100);
    var writer = new DeflateWriter(compressors, 15, false, false);
    var fits = Hex.copy(requireNonNull(writer.message(ByteBuffer.allocate(10_000))));
    var peer = client(split, limits, DeflatePolicy.DEFAULT);
    peer.receive(EngineDriver.frame(0xc2, fits, false));
    assertThat(peer.events()).hasSize(1);
    peer.events().clear();
    var over = Hex.copy(requireNonNull(writer.message(ByteBuffer.allocate(10_001))));
    peer.receive(EngineDriver.frame(0xc2, over, false));
    assertThat(peer.events()).containsExactly(broke(Rule.INFLATED_TOO_LARGE));
    assertThat(peer.engine.heldBytes()).isZero();

    var bomb = Hex.copy(requireNonNull(writer.message(ByteBuffer.allocate(16 << 20))));
    assertThat(bomb.length).isLessThan(1 << 15);
    var victim = client(split, limits, DeflatePolicy.DEFAULT);
    victim.receive(EngineDriver.frame(0xc2, bomb, false));
    assertThat(victim.events()).containsExactly(broke(Rule.INFLATED_TOO_LARGE));
  }

  @Test
  void aBombIsFoundWhileItsFrameIsComing() {
    var limits = new Limits(1 << 20, 10_000, 100);
    var writer = new DeflateWriter(compressors, 15, false, false);
    var bomb = Hex.copy(requireNonNull(writer.message(ByteBuffer.allocate(8 << 20))));
    var frame = EngineDriver.frame(0xc2, bomb, false);
    var peer = client(Split.BYTE_BY_BYTE, limits, DeflatePolicy.DEFAULT);
    peer.receive(Arrays.copyOf(frame, 200));
    assertThat(peer.events()).containsExactly(broke(Rule.INFLATED_TOO_LARGE));
  }

  @Test
  void badTextIsFoundBeforeItsMessageEnds() { // 8.1 of RFC 6455
    var writer = new DeflateWriter(compressors, 15, false, false);
    var plain = new byte[5000];
    Arrays.fill(plain, (byte) 'a');
    plain[100] = (byte) 0xff;
    var part = Hex.copy(writer.part(ByteBuffer.wrap(plain), false));
    var peer = client(Split.WHOLE);
    peer.receive(EngineDriver.frame(0x41, part, false));
    assertThat(peer.events()).containsExactly(broke(Rule.TEXT_NOT_UTF8));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aMessageLargerThanTheScratchIsWhole(Split split) {
    var random = new Random(Split.SEED);
    var writer = new DeflateWriter(compressors, 15, false, false);
    for (int length : new int[] {65_535, 65_536, 65_537, 300_000}) {
      var plain = Payloads.json(random, length);
      var payload = Hex.copy(requireNonNull(writer.message(ByteBuffer.wrap(plain))));
      var peer = client(split);
      peer.receive(EngineDriver.frame(0xc1, payload, false));
      assertThat(peer.events()).containsExactly(text(new String(plain, StandardCharsets.US_ASCII)));
    }
  }

  @Test
  void partsOfACompressedMessageAreHandedOnAsTheyAreInflated() {
    var random = new Random(Split.SEED);
    var writer = new DeflateWriter(compressors, 15, false, false);
    var plain = Payloads.json(random, 200_000);
    var payload = Hex.copy(requireNonNull(writer.message(ByteBuffer.wrap(plain))));
    var got = new ByteArrayOutputStream();
    var flags = new ArrayList<String>();
    var engine =
        Engine.client(
            Limits.DEFAULT,
            Deflate.client(DeflateAgreement.DEFAULT, DeflatePolicy.DEFAULT, compressors),
            Delivery.PARTS,
            EngineDriver.keys(),
            new Sent());
    engine.receive(
        ByteBuffer.wrap(EngineDriver.frame(0xc1, payload, false)),
        incoming -> {
          var part = (Incoming.Part) incoming;
          got.writeBytes(Hex.copy(part.payload()));
          flags.add(part.first() + " " + part.last());
        });
    assertThat(got.toByteArray()).isEqualTo(plain);
    assertThat(flags).hasSizeGreaterThan(2).startsWith("true false").endsWith("false true");
    assertThat(flags.subList(1, flags.size() - 1)).containsOnly("false false");
  }

  @Test
  void shortMessagesAndThoseThatDoNotShrinkAreSentAsTheyAre() {
    var peer = client(Split.WHOLE, Limits.DEFAULT, new DeflatePolicy(20, false));
    peer.engine.text("a".repeat(19));
    assertThat(peer.sent.take()[0]).isEqualTo((byte) 0x81);
    peer.engine.text("a".repeat(20));
    assertThat(peer.sent.take()[0]).isEqualTo((byte) 0xc1);
    peer.engine.binary(ByteBuffer.wrap(Payloads.noise(new Random(Split.SEED), 2000)));
    assertThat(peer.sent.take()[0]).isEqualTo((byte) 0x82);
  }

  @Test
  void anUnfinishedMessageIsChargedForItsInflater() {
    var peer = client(Split.WHOLE).receive("41 03 f2 48 cd");
    assertThat(peer.engine.receiving()).isTrue();
    assertThat(peer.engine.heldBytes()).isGreaterThanOrEqualTo(Compressors.INFLATER_BYTES);
    peer.receive("80 04 c9 c9 07 00");
    assertThat(peer.engine.receiving()).isFalse();
    assertThat(peer.engine.heldBytes()).isZero();
  }

  @Test
  void connectionsOfALoopShareStreamsInTheMiddleOfMessages() {
    var one = client(Split.WHOLE).receive("41 03 f2 48 cd");
    var two = client(Split.WHOLE).receive("41 03 f2 48 cd", "80 04 c9 c9 07 00");
    one.receive("80 04 c9 c9 07 00", "c1 05 f2 00 11 00 00");
    two.receive("c1 05 f2 00 11 00 00");
    assertThat(one.events()).containsExactly(text("Hello"), text("Hello"));
    assertThat(two.events()).containsExactly(text("Hello"), text("Hello"));
  }

  @Test
  void aPayloadStaysWhileItsReceiverUsesTheSameStreams() {
    var other = client(Split.WHOLE);
    var got = new ArrayList<String>();
    var engine = client(Split.WHOLE).engine;
    engine.receive(
        ByteBuffer.wrap(Hex.bytes("c1 07 f2 48 cd c9 c9 07 00")),
        incoming -> {
          other.receive("c1 0b 00 05 00 fa ff 78 78 78 78 78 00");
          engine.text("y".repeat(1000));
          got.add(((Incoming.Text) incoming).text().toString());
        });
    assertThat(got).containsExactly("Hello");
    assertThat(other.events()).containsExactly(text("xxxxx"));
  }
}
