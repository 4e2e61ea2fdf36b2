package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the ways of a message cost in memory, as the JVM counts it for this thread. */
class AllocationTests {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 1_000;

  private Object kept = "";

  /** Bytes a round, once everything that is made only once has been made. */
  private static long bytesOf(Runnable action) {
    for (int i = 0; i < ROUNDS; i++) {
      action.run();
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      action.run();
    }
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "msgpack", "cbor"})
  void encodingAMessageTakesNothing(String name) {
    WireCodec codec = Vectors.codec(name);
    var sink = new ByteSink(1024);
    var entry =
        new Entry(
            42,
            "say",
            "p-1:0:7",
            Payload.json("{\"text\":\"hello\"}"),
            new Sender("s-1", "ada"),
            Samples.NOW,
            null,
            Map.of(),
            Priority.NORMAL);
    var message = new ServerMessage.Message("chat/lobby", entry);
    assertThat(
            bytesOf(
                () -> {
                  sink.clear();
                  codec.encode(message, sink);
                }))
        .isLessThan(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "msgpack", "cbor"})
  void decodingAPublicationTakesLittleMoreThanWhatItGives(String name) {
    WireCodec codec = Vectors.codec(name);
    byte[] data = new byte[10_000];
    var publish =
        new ClientMessage.Publish(
            4_711, new Target.Room("chat/lobby"), "say", new Payload(DataType.TEXT, data), null);
    java.util.Arrays.fill(data, (byte) 'x');
    ByteBuffer frame = ByteBuffer.wrap(Vectors.encoded(codec, publish));
    assertThat(bytesOf(() -> kept = codec.decodeClient(frame))).isBetween(10_000L, 10_500L);
    assertThat(kept).isEqualTo(publish);
  }

  /**
   * A frame of a few bytes that claims to hold billions is refused for the price of its refusal.
   */
  @Test
  void lengthBombsTakeNothing() {
    Stream<JsonNode> bombs =
        Vectors.read("malformed.json", "malformed").stream()
            .filter(v -> v.required("name").asString().contains(" claim"));
    assertThat(
            bombs.mapToLong(
                bomb -> {
                  WireCodec codec = Vectors.codec(bomb.required("codec").asString());
                  ByteBuffer frame = Hex.buffer(bomb.required("hex").asString());
                  return bytesOf(() -> kept = codec.decodeClient(frame));
                }))
        .hasSizeGreaterThan(8)
        .allMatch(bytes -> bytes < 512);
  }

  @Test
  void deepNestingTakesNothing() {
    byte[] deep = "[".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(bytesOf(() -> kept = JsonScan.wellFormed(deep, 0, deep.length, 64))).isLessThan(512);
  }
}
