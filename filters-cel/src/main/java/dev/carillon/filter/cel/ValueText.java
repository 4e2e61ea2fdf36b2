package dev.carillon.filter.cel;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes values so that equal ones, and no others, are the same text. */
final class ValueText {
  private ValueText() {}

  static void append(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append('?');
      case String string -> text.append('s').append(string.length()).append(':').append(string);
      case List<?> list -> {
        text.append('l').append(list.size()).append(':');
        list.forEach(item -> append(text, item));
      }
      case Map<?, ?> map -> {
        text.append('m').append(map.size()).append(':');
        var sorted = new TreeMap<String, Object>();
        map.forEach(
            (key, inner) -> {
              var name = new StringBuilder();
              append(name, key);
              sorted.put(name.toString(), inner);
            });
        sorted.forEach(
            (key, inner) -> {
              text.append(key);
              append(text, inner);
            });
      }
      default -> {
        String string = value.toString();
        text.append(value.getClass().getSimpleName())
            .append(string.length())
            .append(':')
            .append(string);
      }
    }
  }
}
