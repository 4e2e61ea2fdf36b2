package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.bytes.Mask;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

@RfcSection("5.3")
class MaskingTests {
  @Test
  void everyLengthOffsetOrderAndPhaseIsMaskedAlike() {
    var random = new Random(Split.SEED);
    for (int i = 0; i < 20_000; i++) {
      int length = random.nextInt(100);
      int offset = random.nextInt(20);
      int key = random.nextInt();
      var plain = new byte[offset + length + 9];
      random.nextBytes(plain);
      if (random.nextBoolean()) {
        for (int j = 0; j < plain.length; j++) {
          plain[j] &= 0x7f;
        }
      }
      var buffer = ByteBuffer.allocateDirect(plain.length);
      buffer.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      var expected = plain.clone();
      boolean ascii = true;
      for (int j = 0; j < length; j++) {
        ascii &= plain[offset + j] >= 0;
        expected[offset + j] ^= (byte) (key >>> (24 - 8 * (j & 3)));
      }
      buffer.put(0, plain);
      int cut = random.nextInt(length + 1);
      Mask.apply(buffer, offset, cut, key);
      Mask.apply(buffer, offset + cut, length - cut, Mask.advance(key, cut));
      assertThat(buffer.clear())
          .as("seed %d, turn %d", Split.SEED, i)
          .isEqualTo(ByteBuffer.wrap(expected));
      assertThat(Mask.apply(buffer, offset, length, key)).isEqualTo(ascii);
      assertThat(buffer).isEqualTo(ByteBuffer.wrap(plain));
    }
  }

  @Test
  void everyFrameHasAMaskOfItsOwn() {
    var sent = new Sent();
    var engine = Engine.client(Limits.DEFAULT, null, new Random(1), sent);
    var expected = new Random(1);
    for (int i = 0; i < 5; i++) {
      engine.binary(ByteBuffer.allocate(4)); // zeros, so that the payload shows the key
      var frame = ByteBuffer.wrap(sent.take());
      int key = expected.nextInt();
      assertThat(frame.getInt(2)).isEqualTo(key);
      assertThat(frame.getInt(6)).isEqualTo(key);
    }
  }

  @Test
  void aMessageOfSeveralReservationsIsMaskedThroughout() {
    var random = new Random(Split.SEED);
    var payload = Payloads.noise(random, 300_001);
    var client = EngineDriver.client(Split.WHOLE);
    client.engine.binary(ByteBuffer.wrap(payload));
    var server = EngineDriver.server(Split.RANDOM);
    server.receive(client.sent.take());
    assertThat(server.events()).containsExactly(Event.binary(Hex.of(payload)));
  }

  @Test
  void aClientReadsFromAReadOnlyBuffer() {
    var events = new java.util.ArrayList<Event>();
    var engine = Engine.client(Limits.DEFAULT, null, new Random(1), new Sent());
    engine.receive(
        ByteBuffer.wrap(Hex.bytes("81 01 61")).asReadOnlyBuffer(),
        told -> events.add(Event.of(told)));
    assertThat(events).containsExactly(Event.text("a"));
  }
}
