package dev.carillon.websocket;

import static dev.carillon.websocket.Event.broke;
import static dev.carillon.websocket.Event.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.bytes.Utf8Check;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("8.1")
class Utf8Tests {
  private static final String[] INVALID = {
    "80",
    "bf",
    "c0 80",
    "c1 bf",
    "c3 28",
    "c3",
    "e0 80 80",
    "e0 9f bf",
    "ed a0 80",
    "ed bf bf",
    "ef bf",
    "f0 80 80 80",
    "f0 8f bf bf",
    "f4 90 80 80",
    "f5 80 80 80",
    "f8 88 80 80 80",
    "fe",
    "ff",
    "e2 82 ac c3",
    "61 62 63 64 65 66 67 68 69 6a ff",
    "f0 9f 98"
  };
  private static final String[] VALID = {
    "",
    "00",
    "7f",
    "c2 80",
    "df bf",
    "e0 a0 80",
    "ed 9f bf",
    "ee 80 80",
    "ef bf bf",
    "f0 90 80 80",
    "f4 8f bf bf",
    "ce ba e1 bd b9 cf 83 ce bc ce b5"
  };

  @ParameterizedTest
  @EnumSource(Split.class)
  @Provokes(Rule.TEXT_NOT_UTF8)
  void textMustBeValid(Split split) {
    for (var hex : INVALID) {
      var peer = EngineDriver.client(split);
      peer.receive(EngineDriver.frame(0x81, Hex.bytes(hex), false));
      assertThat(peer.events()).as(hex).containsExactly(broke(Rule.TEXT_NOT_UTF8));
    }
    for (var hex : VALID) {
      var peer = EngineDriver.server(split);
      peer.receive(EngineDriver.masked(0x81, Hex.bytes(hex)));
      var expected = new String(Hex.bytes(hex), StandardCharsets.UTF_8);
      assertThat(peer.events()).as(hex).containsExactly(text(expected));
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aCharacterMayBeCutByFragments(Split split) {
    var peer = EngineDriver.client(split);
    peer.receive("01 01 e2", "89 00", "00 01 82", "80 01 ac");
    assertThat(peer.events()).containsExactly(Event.ping(""), text("\u20ac"));
    peer.receive("01 01 e2", "80 02 82 61");
    assertThat(peer.events()).endsWith(broke(Rule.TEXT_NOT_UTF8));
  }

  @Test
  void theFirstBadByteFailsWithinItsFrameAndFragment() { // Autobahn 6.4
    var peer = EngineDriver.client(Split.BYTE_BY_BYTE);
    peer.receive("81 14 ce ba e1 bd b9 cf 83 ce bc ce b5");
    assertThat(peer.events()).isEmpty();
    peer.receive("f4");
    assertThat(peer.events()).isEmpty();
    peer.receive("90"); // 8 bytes of the frame have not come
    assertThat(peer.events()).containsExactly(broke(Rule.TEXT_NOT_UTF8));

    var masked = EngineDriver.server(Split.WHOLE);
    var frame = EngineDriver.masked(0x01, Hex.bytes("61 62 63 64 65 66 67 68 ed a0 80 61 61"));
    masked.receive(Arrays.copyOf(frame, 6 + 9));
    assertThat(masked.events()).isEmpty();
    masked.receive(new byte[] {frame[6 + 9]});
    assertThat(masked.events()).containsExactly(broke(Rule.TEXT_NOT_UTF8));
  }

  @Test
  void binaryIsNotLookedAt() {
    var peer = EngineDriver.client(Split.WHOLE).receive("82 02 ff fe");
    assertThat(peer.events()).containsExactly(Event.binary("ff fe"));
  }

  /** Against the JDK's decoder, at every cut. */
  @Test
  void seededBytesAreJudgedAsTheJdkJudgesThem() {
    var random = new Random(Split.SEED);
    for (int i = 0; i < 20_000; i++) {
      var bytes = somethingLikeText(random);
      int cut = random.nextInt(bytes.length + 1);
      var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
      int state = Utf8Check.after(Utf8Check.DONE, direct, 0, cut);
      if (state != Utf8Check.INVALID) {
        state = Utf8Check.after(state, direct, cut, bytes.length - cut);
      }
      assertThat(state == Utf8Check.DONE)
          .as("bytes %s, cut %d, seed %d", Hex.of(bytes), cut, Split.SEED)
          .isEqualTo(jdkSaysValid(bytes));
    }
  }

  private static byte[] somethingLikeText(Random random) {
    var text = new StringBuilder();
    int length = random.nextInt(60);
    for (int i = 0; i < length; i++) {
      int most = random.nextInt(3) == 0 ? 0x10ffff : 0x7f;
      text.appendCodePoint(random.nextInt(most + 1));
    }
    var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextBoolean()) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private static boolean jdkSaysValid(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Test
  void textIsDecodedFromAnyBuffer() {
    var bytes = "xx gr\u00fc\u00dfe yy".getBytes(StandardCharsets.UTF_8);
    var heap = ByteBuffer.wrap(bytes);
    var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    for (var buffer : new ByteBuffer[] {heap, direct, heap.asReadOnlyBuffer(), heap.slice(0, 13)}) {
      var text = new Utf8(buffer, 3, bytes.length - 6);
      assertThat(text).hasToString("gr\u00fc\u00dfe").isEqualTo(Utf8.of("gr\u00fc\u00dfe"));
      assertThat(text.hashCode()).isEqualTo(Utf8.of("gr\u00fc\u00dfe").hashCode());
      assertThat(text.length()).isEqualTo(7);
      assertThat(text.bytes().remaining()).isEqualTo(7);
      assertThat(text.toByteArray()).hasSize(7);
    }
  }
}
