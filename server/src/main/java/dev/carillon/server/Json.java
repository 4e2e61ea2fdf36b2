package dev.carillon.server;

import dev.carillon.core.Payload;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

/** Records from payloads and back. Safe for use by many threads. */
final class Json {
  private static final int MOST_WORDS = 200;

  private Json() {}

  /** Made when first used: most servers have no typed rooms. */
  private static final class Mapper {
    static final JsonMapper SHARED = JsonMapper.builder().build();
  }

  static Payload write(Object value) {
    return new Payload(Payload.Kind.JSON, Mapper.SHARED.writeValueAsBytes(value));
  }

  static <T> T read(Payload payload, Class<T> type) {
    if (payload.kind() != Payload.Kind.JSON) {
      String kind = payload.kind() == Payload.Kind.TEXT ? "text" : "binary";
      throw new BadDataException("data must be json, this is " + kind, null);
    }
    T value;
    try {
      value = Mapper.SHARED.readValue(payload.bytes(), type);
    } catch (DatabindException wrong) {
      String where = place(wrong);
      throw new BadDataException(
          "data is no %s%s: %s"
              .formatted(type.getSimpleName(), where.isEmpty() ? "" : " at " + where, words(wrong)),
          wrong);
    } catch (JacksonException wrong) {
      throw new BadDataException(
          "data is no %s: %s".formatted(type.getSimpleName(), words(wrong)), wrong);
    }
    if (value == null) {
      throw new BadDataException("data is no " + type.getSimpleName() + ": it is null", null);
    }
    return value;
  }

  private static String place(DatabindException wrong) {
    StringBuilder where = new StringBuilder();
    for (JacksonException.Reference step : wrong.getPath()) {
      String name = step.getPropertyName();
      if (name == null) {
        where.append('[').append(step.getIndex()).append(']');
      } else {
        where.append(where.isEmpty() ? "" : ".").append(name);
      }
    }
    return shortened(where.toString());
  }

  /** What a record's constructor says of its values is the best that there is to say. */
  private static String words(JacksonException wrong) {
    String words =
        wrong.getCause() instanceof IllegalArgumentException own
            ? own.getMessage()
            : wrong.getOriginalMessage();
    return shortened(words == null ? "it cannot be read" : words);
  }

  private static String shortened(String words) {
    String line = words.lines().findFirst().orElse("");
    return line.length() <= MOST_WORDS ? line : line.substring(0, MOST_WORDS) + "...";
  }
}
