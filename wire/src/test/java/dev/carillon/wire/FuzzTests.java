package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;

/**
 * Frames that were good and then were tampered with. Whatever comes, a codec gives an answer and
 * does not throw; and what it takes for a message, it writes and reads again as the same. The seeds
 * are the test vectors, so every malformed one is a start of its own.
 */
class FuzzTests {
  private static final int FRAMES = 20_000;
  private static final int FULL_FRAMES = 2_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"json", "msgpack", "cbor"})
  void tamperedFramesAreAnsweredAndWhatIsTakenComesBackEqual(String codec) {
    run(codec, 20_261_122, FRAMES);
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"json", "msgpack", "cbor"})
  void manyMoreTamperedFrames(String codec) {
    run(codec, new SplittableRandom().nextLong(), FULL_FRAMES);
  }

  /** What our scan says of a value, another parser says too. */
  @ParameterizedTest
  @ValueSource(longs = 20_261_122)
  void theScanAgreesWithAnotherParser(long seed) {
    var random = new SplittableRandom(seed);
    List<byte[]> seeds = seeds("json");
    var parser = Vectors.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = tampered(random, seeds);
      boolean ours = JsonScan.wellFormed(frame, 0, frame.length, 64);
      boolean theirs;
      try {
        theirs = !parser.readTree(new String(frame, StandardCharsets.UTF_8)).isMissingNode();
      } catch (JacksonException e) {
        theirs = false;
      }
      // Strict UTF-8 and the depth are limits of ours, a number's length is one of theirs.
      if (Utf8.firstBad(frame, 0, frame.length) == frame.length
          && brackets(frame) <= 64
          && frame.length < 1000) {
        if (ours != theirs) {
          throw new AssertionError(
              "seed %d, frame %d: ours says %s: %s".formatted(seed, i, ours, Hex.of(frame)));
        }
      }
    }
  }

  private static int brackets(byte[] frame) {
    int count = 0;
    for (byte b : frame) {
      if (b == '[' || b == '{') {
        count++;
      }
    }
    return count;
  }

  private static void run(String name, long seed, int frames) {
    System.err.println("fuzz " + name + ", seed " + seed + ", " + frames + " frames");
    var random = new SplittableRandom(seed);
    WireCodec codec = Vectors.codec(name);
    List<byte[]> seeds = seeds(name);
    int taken = 0;
    for (int i = 0; i < frames; i++) {
      byte[] frame = tampered(random, seeds);
      for (String from : List.of("client", "server")) {
        Object decoded = decoded(codec, from, frame, seed, i);
        if (decoded instanceof ClientMessage || decoded instanceof ServerMessage) {
          taken++;
          byte[] again = Vectors.encoded(codec, decoded);
          if (!decoded.equals(Vectors.decoded(codec, from, again))) {
            throw new AssertionError(
                "%s, seed %d, frame %d comes back different: %s"
                    .formatted(name, seed, i, Hex.of(frame)));
          }
        }
      }
    }
    // Tampering that spoilt everything would have tested nothing but the first byte.
    assertThat(taken).isGreaterThan(frames / 20);
  }

  private static Object decoded(WireCodec codec, String from, byte[] frame, long seed, int i) {
    try {
      return Vectors.decoded(codec, from, frame);
    } catch (RuntimeException e) {
      throw new AssertionError(
          codec.subprotocol() + ", seed " + seed + ", frame " + i + ": " + Hex.of(frame), e);
    }
  }

  private static List<byte[]> seeds(String codec) {
    var seeds = new ArrayList<byte[]>();
    for (JsonNode v : Vectors.read("messages.json", "messages")) {
      String written = v.required(codec).asString();
      seeds.add(
          codec.equals("json") ? written.getBytes(StandardCharsets.UTF_8) : Hex.bytes(written));
    }
    for (String file : List.of("variants", "malformed", "unknown")) {
      for (JsonNode v : Vectors.read(file + ".json", file)) {
        if (v.required("codec").asString().equals(codec)) {
          JsonNode text = v.get("text");
          seeds.add(
              text == null
                  ? Hex.bytes(v.required("hex").asString())
                  : text.asString().getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return seeds;
  }

  private static byte[] tampered(SplittableRandom random, List<byte[]> seeds) {
    byte[] frame = seeds.get(random.nextInt(seeds.size())).clone();
    int changes = random.nextInt(4);
    for (int i = 0; i < changes && frame.length > 0; i++) {
      int at = random.nextInt(frame.length);
      switch (random.nextInt(6)) {
        case 0 -> frame[at] = (byte) random.nextInt(256);
        case 1 -> frame[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> frame = Arrays.copyOf(frame, at);
        case 3 -> frame = spliced(frame, at, frame, random.nextInt(frame.length));
        case 4 -> {
          byte[] other = seeds.get(random.nextInt(seeds.size()));
          frame =
              other.length == 0 ? frame : spliced(frame, at, other, random.nextInt(other.length));
        }
        default -> frame[at] = INTERESTING[random.nextInt(INTERESTING.length)];
      }
    }
    return frame;
  }

  private static final byte[] INTERESTING = {
    0,
    1,
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '9',
    '-',
    'u',
    0x7f,
    (byte) 0x80,
    (byte) 0xff,
    (byte) 0xdf,
    (byte) 0xbb,
    (byte) 0xd9,
    (byte) 0xc1
  };

  /** The first bytes of one frame and the last of another. */
  private static byte[] spliced(byte[] first, int to, byte[] second, int from) {
    return ByteBuffer.allocate(to + second.length - from)
        .put(first, 0, to)
        .put(second, from, second.length - from)
        .array();
  }
}
