package dev.carillon.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The test vectors under {@code spec/vectors}, as this module's tests read and write them. */
final class Vectors {
  static final JsonMapper JSON =
      JsonMapper.builder().disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** The specification's folder, wherever in the project the tests run. */
  static final Path SPEC = spec();

  private Vectors() {}

  private static Path spec() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(here.resolve("spec/asyncapi.yaml"))) {
      Path parent = here.getParent();
      if (parent == null) {
        throw new IllegalStateException("no spec/ above " + Path.of("").toAbsolutePath());
      }
      here = parent;
    }
    return here.resolve("spec");
  }

  /** The list that a file holds. */
  static List<JsonNode> read(String file, String list) {
    try {
      String text = Files.readString(SPEC.resolve("vectors").resolve(file));
      return List.copyOf(JSON.readTree(text).required(list).values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static WireCodec codec(String name) {
    return switch (name) {
      case "json" -> new JsonCodec();
      case "msgpack" -> new MsgpackCodec();
      case "cbor" -> new CborCodec();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** What a vector's {@code text} or {@code hex} gives when it is decoded. */
  static Object decoded(JsonNode vector) {
    JsonNode text = vector.get("text");
    byte[] bytes =
        text != null
            ? text.asString().getBytes(StandardCharsets.UTF_8)
            : Hex.bytes(vector.required("hex").asString());
    return decoded(codec(vector.required("codec").asString()), from(vector), bytes);
  }

  static String from(JsonNode vector) {
    return vector.required("from").asString();
  }

  static Object decoded(WireCodec codec, String from, byte[] bytes) {
    return from.equals("client")
        ? codec.decodeClient(ByteBuffer.wrap(bytes))
        : codec.decodeServer(ByteBuffer.wrap(bytes));
  }

  static byte[] encoded(WireCodec codec, Object message) {
    var sink = new ByteSink(64);
    switch (message) {
      case ClientMessage m -> codec.encode(m, sink);
      case ServerMessage m -> codec.encode(m, sink);
      default -> throw new IllegalArgumentException("no message: " + message);
    }
    return sink.toByteArray();
  }

  /** A message as the vectors' {@code fields} show it: data is always a string. */
  static JsonNode fields(Object message) {
    var emitter = new FieldsOf();
    var sink = new ByteSink(64);
    switch (message) {
      case ClientMessage m -> emitter.write(m, sink);
      case ServerMessage m -> emitter.write(m, sink);
      default -> throw new IllegalArgumentException("no message: " + message);
    }
    return JSON.readTree(sink.toByteArray());
  }

  /** Writes JSON data as a string that holds the JSON text. */
  private static final class FieldsOf extends JsonEmitter {
    @Override
    void data(Payload payload) {
      super.data(
          payload.type() == DataType.JSON ? new Payload(DataType.TEXT, payload.bytes()) : payload);
    }
  }

  /** Writes {@code messages.json} anew, from the samples. */
  static String messages() {
    var out = new StringBuilder("{\"messages\":[");
    Samples.client().forEach((name, message) -> append(out, name, "client", message));
    Samples.server().forEach((name, message) -> append(out, name, "server", message));
    out.setLength(out.length() - 1);
    return JSON.readTree(out.append("\n]}\n").toString()).isObject() ? out.toString() : "";
  }

  private static void append(StringBuilder out, String name, String from, Object message) {
    out.append("\n{\"name\":").append(JSON.writeValueAsString(name));
    out.append(",\"from\":\"").append(from).append('"');
    String json = new String(encoded(new JsonCodec(), message), StandardCharsets.UTF_8);
    out.append(",\n \"json\":").append(JSON.writeValueAsString(json));
    for (String binary : List.of("msgpack", "cbor")) {
      out.append(",\n \"").append(binary).append("\":\"");
      out.append(Hex.of(encoded(codec(binary), message))).append('"');
    }
    out.append(",\n \"fields\":").append(JSON.writeValueAsString(fields(message))).append("},");
  }

  /** The samples of both directions under the names that the file gives them. */
  static @Nullable Object sample(String from, String name) {
    Map<String, ?> samples = from.equals("client") ? Samples.client() : Samples.server();
    return samples.get(name);
  }
}
