package dev.carillon.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks and copies what a token says of a user, in the order of the names. */
final class Claims {
  private static final int MAX_DEPTH = 8;

  private Claims() {}

  static Map<String, Object> copy(Map<String, ?> claims) {
    return claims.isEmpty() ? Map.of() : map(claims, 1);
  }

  private static Map<String, Object> map(Map<?, ?> claims, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("claims nest deeper than " + MAX_DEPTH + " levels");
    }
    var copy = new TreeMap<String, Object>();
    claims.forEach((name, value) -> copy.put(String.valueOf(name), value(value, depth)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object value(@Nullable Object value, int depth) {
    return switch (value) {
      case String text -> text;
      case Boolean truth -> truth;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Double number -> number;
      case Map<?, ?> map -> map(map, depth + 1);
      case List<?> list -> {
        if (depth >= MAX_DEPTH) {
          throw new IllegalArgumentException("claims nest deeper than " + MAX_DEPTH + " levels");
        }
        var copy = new ArrayList<Object>(list.size());
        list.forEach(item -> copy.add(value(item, depth + 1)));
        yield Collections.unmodifiableList(copy);
      }
      case null -> throw new IllegalArgumentException("a claim is null; leave it away");
      default ->
          throw new IllegalArgumentException(
              "a claim is a " + value.getClass().getSimpleName() + ", which claims cannot hold");
    };
  }
}
