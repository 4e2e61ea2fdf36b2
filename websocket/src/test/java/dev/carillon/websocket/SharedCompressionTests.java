package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One compressed frame for many connections, and its two conditions. */
@RfcSection("RFC 7692 7.2.3")
class SharedCompressionTests {
  private static final DeflateAgreement SMALL = new DeflateAgreement(false, false, 12, 12);

  private final Compressors compressors = new Compressors(6);
  private final SharedCompression shared = new SharedCompression(compressors);

  @AfterEach
  void close() {
    compressors.close();
  }

  private EngineDriver server(DeflateAgreement agreement, boolean own) {
    var policy = new DeflatePolicy(0, own);
    return new EngineDriver(
        Split.WHOLE,
        out -> Engine.server(Limits.DEFAULT, Deflate.server(agreement, policy, compressors), out));
  }

  /** What is between the header and the end of one frame that must be compressed. */
  private static byte[] payload(byte[] frame) {
    assertThat(frame[0] & 0x40).isEqualTo(0x40);
    int header = (frame[1] & 0x7f) < 126 ? 2 : 4;
    return java.util.Arrays.copyOfRange(frame, header, frame.length);
  }

  private byte[] compress(byte[] plain) {
    return Hex.copy(Objects.requireNonNull(shared.compress(ByteBuffer.wrap(plain))));
  }

  @Test
  void ownAndSharedFramesMayBeMixed() {
    for (var agreement : new DeflateAgreement[] {SMALL, DeflateAgreement.DEFAULT}) {
      for (boolean own : new boolean[] {false, true}) {
        var random = new Random(Split.SEED);
        var server = server(agreement, own);
        var reader = new WindowInflater(agreement.serverWindowBits(), true);
        for (int i = 0; i < 50; i++) {
          var plain = Payloads.json(random, 100 + random.nextInt(3000));
          if (random.nextBoolean()) {
            var frame = compress(plain);
            server.engine.sentShared();
            assertThat(reader.message(frame)).isEqualTo(plain);
          } else {
            server.engine.text(ByteBuffer.wrap(plain));
            assertThat(reader.message(payload(server.sent.take()))).isEqualTo(plain);
          }
        }
      }
    }
  }

  /** The planted mistake: what happens to who forgets the second condition. */
  @Test
  void withoutSayingSoTheNextOwnMessageIsGarbageAndNobodyNotices() {
    var random = new Random(Split.SEED);
    var server = server(SMALL, false);
    var reader = new WindowInflater(12, true);
    var first = Payloads.json(random, 1000);
    server.engine.text(ByteBuffer.wrap(first));
    assertThat(reader.message(payload(server.sent.take()))).isEqualTo(first);

    assertThat(reader.message(compress(Payloads.json(random, 1000)))).hasSize(1000);
    // no sentShared()
    server.engine.text(ByteBuffer.wrap(first));
    var garbage = reader.message(payload(server.sent.take()));
    assertThat(garbage).hasSize(first.length).isNotEqualTo(first);
  }

  @Test
  void thePlaintextMustFitTheWindow() {
    assertThat(server(SMALL, false).engine.accepts(4096)).isTrue();
    assertThat(server(SMALL, false).engine.accepts(4097)).isFalse();
    assertThat(server(DeflateAgreement.DEFAULT, false).engine.accepts(10_000_000)).isTrue();
    // The planted mistake: a reference back over more than the peer's window.
    var random = new Random(Split.SEED);
    var noise = Payloads.noise(random, 5000);
    var twice = java.util.Arrays.copyOf(noise, 10_000);
    System.arraycopy(noise, 0, twice, 5000, 5000);
    var frame = compress(twice);
    assertThatThrownBy(() -> new WindowInflater(12, true).message(frame))
        .isInstanceOf(AssertionError.class);
    assertThat(new WindowInflater(15, true).message(frame)).isEqualTo(twice);
  }

  @Test
  void nothingIsAcceptedWhereItCannotGo() {
    var plain = EngineDriver.server(Split.WHOLE).engine;
    assertThat(plain.accepts(100)).isFalse();
    assertThatThrownBy(plain::sentShared).isInstanceOf(IllegalStateException.class);
    var engine = server(SMALL, false).engine;
    engine.part(Opcode.TEXT, ByteBuffer.wrap("a".getBytes(StandardCharsets.US_ASCII)), false);
    assertThat(engine.accepts(100)).as("inside a streamed message").isFalse();
    engine.part(Opcode.TEXT, ByteBuffer.allocate(0), true);
    assertThat(engine.accepts(100)).isTrue();
    engine.close(CloseCode.NORMAL, "");
    assertThat(engine.accepts(100)).as("after Close").isFalse();
  }

  @Test
  void whatDoesNotShrinkIsNotCompressed() {
    assertThat(shared.compress(ByteBuffer.allocate(0))).isNull();
    assertThat(shared.compress(ByteBuffer.wrap(Payloads.noise(new Random(1), 500)))).isNull();
  }
}
