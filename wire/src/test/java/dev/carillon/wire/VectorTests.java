package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * The vectors that every implementation runs. {@code -Dvectors.write} writes the golden file anew.
 */
class VectorTests {

  static Stream<Named<JsonNode>> messages() {
    return named(Vectors.read("messages.json", "messages"));
  }

  static Stream<Named<JsonNode>> variants() {
    return named(Vectors.read("variants.json", "variants"));
  }

  static Stream<Named<JsonNode>> unknown() {
    return named(Vectors.read("unknown.json", "unknown"));
  }

  static Stream<Named<JsonNode>> malformed() {
    return named(Vectors.read("malformed.json", "malformed"));
  }

  private static Stream<Named<JsonNode>> named(List<JsonNode> vectors) {
    return vectors.stream().map(v -> Named.of(v.required("name").asString(), v));
  }

  @Test
  void theGoldenFileHoldsEverySample() throws IOException {
    String now = Vectors.messages();
    var file = Vectors.SPEC.resolve("vectors/messages.json");
    if (System.getProperty("vectors.write") != null) {
      Files.writeString(file, now);
    }
    assertThat(Files.readString(file)).isEqualTo(now);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageIsTheSameInEveryEncoding(JsonNode vector) {
    Object message = Vectors.sample(Vectors.from(vector), vector.required("name").asString());
    assertThat(message).isNotNull();
    byte[] json = vector.required("json").asString().getBytes(StandardCharsets.UTF_8);
    assertThat(Vectors.decoded(new JsonCodec(), Vectors.from(vector), json)).isEqualTo(message);
    for (String binary : List.of("msgpack", "cbor")) {
      byte[] bytes = Hex.bytes(vector.required(binary).asString());
      assertThat(Vectors.decoded(Vectors.codec(binary), Vectors.from(vector), bytes))
          .isEqualTo(message);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void anotherSpellingMeansTheSame(JsonNode vector) {
    Object message = Vectors.decoded(vector);
    assertThat(message).isInstanceOfAny(ClientMessage.class, ServerMessage.class);
    assertThat(Vectors.fields(message)).isEqualTo(vector.required("fields"));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void anUnknownOperationIsNoMistake(JsonNode vector) {
    long id = vector.path("id").asLong(0);
    assertThat(Vectors.decoded(vector))
        .isEqualTo(new UnknownOp(vector.required("op").asString(), id));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsMalformedIsRefusedForItsReason(JsonNode vector) {
    Object decoded = Vectors.decoded(vector);
    assertThat(decoded).isInstanceOf(Malformed.class);
    var malformed = (Malformed) decoded;
    assertThat(malformed.why().code()).isEqualTo(vector.required("refusal").asString());
    assertThat(malformed.field()).isEqualTo(vector.path("field").asString(""));
    assertThat(malformed.at()).isNotNegative();
  }

  @Test
  void everyRefusalHasAVectorThatProvokesIt() {
    assertThat(
            Vectors.read("malformed.json", "malformed").stream()
                .map(v -> v.required("refusal").asString())
                .distinct())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Refusal.values()).map(Refusal::code).toList());
  }

  @Test
  void noPrefixOfAMessageIsAMessageOrAnError() {
    for (JsonNode vector : Vectors.read("messages.json", "messages")) {
      for (String name : List.of("json", "msgpack", "cbor")) {
        String written = vector.required(name).asString();
        byte[] whole =
            name.equals("json") ? written.getBytes(StandardCharsets.UTF_8) : Hex.bytes(written);
        for (int length = 0; length < whole.length; length++) {
          byte[] part = java.util.Arrays.copyOf(whole, length);
          assertThat(Vectors.decoded(Vectors.codec(name), Vectors.from(vector), part))
              .isInstanceOf(Malformed.class);
        }
      }
    }
  }
}
