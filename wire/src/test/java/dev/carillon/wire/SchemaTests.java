package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The schemas agree with the codecs, and the documents with the code. */
class SchemaTests {
  /** Any base will do: the schemas name each other by file. */
  private static final String BASE = "spec:/schemas/";

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, r -> r.schemas(SchemaTests::text));

  private static @Nullable String text(String iri) {
    if (!iri.startsWith(BASE)) {
      return null;
    }
    try {
      return Files.readString(
          Vectors.SPEC.resolve("schemas").resolve(iri.substring(BASE.length())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Schema schema(String from) {
    return REGISTRY.getSchema(SchemaLocation.of(BASE + from + ".json"));
  }

  @Test
  void everyGoldenMessageFitsItsSchema() {
    Schema client = schema("client");
    Schema server = schema("server");
    for (JsonNode vector : Vectors.read("messages.json", "messages")) {
      Schema schema = Vectors.from(vector).equals("client") ? client : server;
      assertThat(schema.validate(vector.required("json").asString(), InputFormat.JSON))
          .as(vector.required("name").asString())
          .isEmpty();
    }
  }

  @Test
  void theSchemasRefuseWhatTheCodecFindsWrongWithAReadableMessage() {
    var refusals =
        Vectors.read("malformed.json", "malformed").stream()
            .filter(v -> v.has("text"))
            .filter(v -> !Refusal.valueOf(upper(v, "refusal")).unreadable())
            .toList();
    assertThat(refusals).hasSizeGreaterThan(50);
    for (JsonNode vector : refusals) {
      boolean beyondSchemas =
          switch (vector.required("name").asString()) {
            // A number that is an integer in another spelling is one to a schema, schemas do not
            // compare fields with each other, and their reader has a limit on digits.
            case "id has a fraction",
                "id has 10,000 digits",
                "id has an exponent",
                "previous is not before",
                "a range the wrong way round",
                "resumed backwards" ->
                true;
            default -> false;
          };
      if (!beyondSchemas) {
        assertThat(
                schema(Vectors.from(vector))
                    .validate(vector.required("text").asString(), InputFormat.JSON))
            .as(vector.required("name").asString())
            .isNotEmpty();
      }
    }
  }

  private static String upper(JsonNode vector, String field) {
    return vector.required(field).asString().toUpperCase(java.util.Locale.ROOT);
  }

  @Test
  void everyOperationHasASchemaAndAPlaceInAsyncApi() throws IOException {
    String asyncApi = Files.readString(Vectors.SPEC.resolve("asyncapi.yaml"));
    check("client", Arrays.stream(ClientOp.values()).map(ClientOp::code), asyncApi);
    check("server", Arrays.stream(ServerOp.values()).map(ServerOp::code), asyncApi);
  }

  private static void check(String from, Stream<String> ops, String asyncApi) throws IOException {
    var codes = ops.toList();
    String text = Files.readString(Vectors.SPEC.resolve("schemas/" + from + ".json"));
    assertThat(Vectors.JSON.readTree(text).required("$defs").propertyNames())
        .containsExactlyElementsOf(codes);
    for (String code : codes) {
      assertThat(asyncApi)
          .contains("schemas/" + from + ".json#/$defs/" + code + "'}")
          .contains("#/channels/connection/messages/" + from + "_" + code + "'}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theProtocolPageHasEveryErrorCode(ErrorCode code) throws IOException {
    assertThat(page())
        .contains(
            "| `%s` | %s | %s |"
                .formatted(code.code(), code.retryable() ? "yes" : "no", code.words()));
  }

  @ParameterizedTest
  @EnumSource
  void theProtocolPageHasEveryCloseCode(Disconnect code) throws IOException {
    String comeBack = code.comeBack().name().toLowerCase(java.util.Locale.ROOT);
    assertThat(page())
        .contains(
            "| %d | `%s` | `%s` | %s |"
                .formatted(code.closeCode(), code.code(), comeBack, code.words()));
  }

  private static String page() throws IOException {
    return Files.readString(Vectors.SPEC.resolveSibling("docs/reference/protocol.md"));
  }
}
