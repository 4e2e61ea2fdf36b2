package dev.carillon.client.spi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of {@code spec/scenarios}, with the steps that it begins with. */
record Scenario(String file, String name, double random, List<JsonNode> steps) {
  private static final Path FOLDER = Path.of("../../spec/scenarios");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  static List<Scenario> all() throws IOException {
    JsonNode beginnings = read(FOLDER.resolve("begin.json"));
    List<Scenario> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".json") && !name.equals("begin.json")) {
          read(file).path("scenarios").forEach(one -> all.add(of(name, one, beginnings)));
        }
      }
    }
    return all;
  }

  private static Scenario of(String file, JsonNode node, JsonNode beginnings) {
    List<JsonNode> steps = new ArrayList<>();
    if (node.has("begin")) {
      beginnings.path(node.path("begin").asString()).forEach(steps::add);
    }
    node.path("steps").forEach(steps::add);
    double random = node.has("random") ? node.path("random").asDouble() : 0.5;
    return new Scenario(file, node.path("name").asString(), random, steps);
  }

  static JsonNode read(String json) {
    return MAPPER.readTree(json);
  }

  private static JsonNode read(Path file) {
    try {
      return MAPPER.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return file.replace(".json", "") + ": " + name;
  }
}
