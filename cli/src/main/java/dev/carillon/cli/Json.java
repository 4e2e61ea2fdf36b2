package dev.carillon.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, numbers, booleans, texts and null as JSON on one line. */
final class Json {
  private Json() {}

  static String write(@Nullable Object value) {
    var json = new StringBuilder();
    append(json, value);
    return json.toString();
  }

  private static void append(StringBuilder json, @Nullable Object value) {
    switch (value) {
      case null -> json.append("null");
      case Map<?, ?> map -> {
        json.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.append(comma);
          quote(json, String.valueOf(entry.getKey()));
          json.append(':');
          append(json, entry.getValue());
          comma = ",";
        }
        json.append('}');
      }
      case List<?> list -> {
        json.append('[');
        String comma = "";
        for (Object item : list) {
          json.append(comma);
          append(json, item);
          comma = ",";
        }
        json.append(']');
      }
      case Number number -> json.append(number);
      case Boolean truth -> json.append(truth);
      default -> quote(json, value.toString());
    }
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c == '\n') {
        json.append("\\n");
      } else if (c < 0x20 || c == 0x7f || c >= 0x80 && c < 0xa0 || Character.isSurrogate(c)) {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
