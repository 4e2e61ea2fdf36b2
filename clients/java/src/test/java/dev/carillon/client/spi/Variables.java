package dev.carillon.client.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Strings that begin with a dollar: they take a value once, and stand for it afterwards. */
final class Variables {
  private final Map<String, JsonNode> values = new LinkedHashMap<>();

  /** What the server says, with values in place of their names. */
  JsonNode filled(JsonNode node) {
    if (node.isString() && node.asString().startsWith("$")) {
      String text = node.asString();
      return text.startsWith("$$")
          ? JsonNodeFactory.instance.stringNode(text.substring(1))
          : Objects.requireNonNull(values.get(text), text);
    }
    if (node.isArray()) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      node.forEach(item -> all.add(filled(item)));
      return all;
    }
    if (node.isObject()) {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      node.properties().forEach(entry -> all.set(entry.getKey(), filled(entry.getValue())));
      return all;
    }
    return node;
  }

  /** Fails unless what happened is as wanted; {@code exact} where nothing more may be there. */
  void match(String where, JsonNode wanted, JsonNode got, boolean exact) {
    if (wanted.isString() && wanted.asString().startsWith("$")) {
      assertThat(got.isMissingNode()).as("%s: %s is missing", where, wanted).isFalse();
      String name = wanted.asString();
      if (!name.equals("$_")) {
        JsonNode before = values.putIfAbsent(name, got);
        assertThat(before == null ? got : before).as("%s: %s", where, name).isEqualTo(got);
      }
    } else if (wanted.isObject()) {
      wanted
          .properties()
          .forEach(entry -> match(where, entry.getValue(), got.path(entry.getKey()), exact));
      if (exact) {
        assertThat(got.propertyNames()).as(where).hasSameSizeAs(wanted.propertyNames());
      }
    } else if (wanted.isArray()) {
      assertThat(got.size()).as("%s: %s is not %s", where, got, wanted).isEqualTo(wanted.size());
      for (int i = 0; i < wanted.size(); i++) {
        match(where, wanted.get(i), got.get(i), exact);
      }
    } else {
      assertThat(got.asString()).as("%s: %s", where, got).isEqualTo(wanted.asString());
    }
  }
}
