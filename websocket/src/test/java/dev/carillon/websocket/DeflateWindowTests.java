package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.bytes.Tail;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RfcSection("RFC 7692 7.1.2")
class DeflateWindowTests {
  private final Compressors compressors = new Compressors(6);

  @AfterEach
  void close() {
    compressors.close();
  }

  @ParameterizedTest
  @CsvSource({
    "8, true",
    "9, true",
    "10, true",
    "11, true",
    "12, true",
    "13, true",
    "14, true",
    "15, true",
    "8, false",
    "9, false",
    "10, false",
    "12, false",
    "15, false"
  })
  void noDistanceExceedsTheWindow(int bits, boolean takeover) {
    var random = new Random(Split.SEED + bits);
    var writer = new DeflateWriter(compressors, bits, takeover, false);
    var reader = new WindowInflater(bits, takeover);
    int compressed = 0;
    for (int i = 0; i < 120; i++) {
      var plain = i == 60 ? Payloads.json(random, 200_000) : Payloads.any(random, 9000);
      if (plain.length == 0) {
        continue;
      }
      var payload = writer.message(ByteBuffer.wrap(plain));
      if (payload != null) {
        compressed++;
        assertThat(payload.remaining()).isLessThan(plain.length);
        assertThat(reader.message(Hex.copy(payload)))
            .as("message %d, seed %d", i, Split.SEED)
            .isEqualTo(plain);
      }
    }
    assertThat(compressed).isGreaterThan(40);
    assertThat(reader.largestDistance)
        .isGreaterThan((1 << bits) / 2)
        .isLessThanOrEqualTo(1 << bits);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 12, 15})
  void historyIsUsedUpToTheWindow(int bits) {
    var random = new Random(Split.SEED);
    var writer = new DeflateWriter(compressors, bits, true, false);
    var plain = Payloads.noise(random, 100); // compresses only against its own repetition
    var reader = new WindowInflater(bits, true);
    assertThat(writer.message(ByteBuffer.wrap(plain))).isNull();
    // Noise is not shorter, so it is sent plain and must not be known afterwards.
    assertThat(writer.message(ByteBuffer.wrap(plain))).isNull();
    var twice = new byte[200];
    System.arraycopy(plain, 0, twice, 0, 100);
    System.arraycopy(plain, 0, twice, 100, 100);
    var first = writer.message(ByteBuffer.wrap(twice));
    assertThat(first).isNotNull();
    assertThat(reader.message(Hex.copy(first))).isEqualTo(twice);
    var again = writer.message(ByteBuffer.wrap(plain));
    assertThat(again).isNotNull();
    assertThat(again.remaining()).as("a reference to the last message").isLessThan(20);
    assertThat(reader.message(Hex.copy(again))).isEqualTo(plain);
  }

  @Test
  void anOwnDeflaterKeepsItsWindow() {
    var random = new Random(Split.SEED);
    var writer = new DeflateWriter(compressors, 15, true, true);
    var reader = new WindowInflater(15, true);
    for (int i = 0; i < 200; i++) {
      var plain = Payloads.any(random, 9000);
      if (plain.length == 0) {
        continue;
      }
      var payload = writer.message(ByteBuffer.wrap(plain));
      if (payload != null) {
        assertThat(reader.message(Hex.copy(payload))).isEqualTo(plain);
      }
    }
    assertThat(reader.largestDistance).isGreaterThan(16_384);
    writer.release();
  }

  @Test
  void aTailTakesMemoryOnlyAsItFillsAndGivesItBack() {
    var tail = new Tail(12);
    assertThat(tail.bytes()).isEmpty();
    tail.append(ByteBuffer.wrap(new byte[10]), 0, 10);
    assertThat(tail.bytes()).hasSize(256);
    tail.append(ByteBuffer.wrap(new byte[100_000]), 0, 100_000);
    assertThat(tail.bytes()).hasSize(4096);
    tail.clear();
    assertThat(tail.bytes()).isEmpty();
  }

  @Test
  void aTailIsTheLastBytes() {
    var random = new Random(Split.SEED);
    var tail = new Tail(8);
    var all = Payloads.noise(random, 10_000);
    int at = 0;
    while (at < all.length) {
      int n = Math.min(all.length - at, random.nextInt(random.nextBoolean() ? 20 : 400));
      tail.append(ByteBuffer.wrap(all), at, n);
      at += n;
      int kept = Math.min(at, 256);
      assertThat(tail.length()).isEqualTo(kept);
      assertThat(ByteBuffer.wrap(tail.bytes(), 0, kept))
          .isEqualTo(ByteBuffer.wrap(all, at - kept, kept));
    }
  }
}
