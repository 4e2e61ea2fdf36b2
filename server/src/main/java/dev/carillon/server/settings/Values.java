package dev.carillon.server.settings;

import dev.carillon.core.spi.Secret;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the text of a single value into what a setting's type wants, and back. */
final class Values {
  private static final List<Unit> UNITS =
      List.of(
          new Unit("ms", 1),
          new Unit("s", 1000),
          new Unit("m", 60_000),
          new Unit("h", 3_600_000),
          new Unit("d", 86_400_000));

  private record Unit(String name, long millis) {}

  private Values() {}

  /**
   * Reads a value.
   *
   * @return null when the text is none of the type's
   * @throws IllegalArgumentException when the type has more exact words for what is wrong
   */
  static @Nullable Object read(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    }
    if (type == boolean.class) {
      return text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null;
    }
    if (type == int.class || type == long.class) {
      return number(type, text);
    }
    if (type == Duration.class) {
      return duration(text);
    }
    if (type == Secret.class) {
      return text.isEmpty() ? null : new Secret(text);
    }
    if (type == Path.class) {
      return text.isEmpty() || text.indexOf('\0') >= 0 ? null : Path.of(text);
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> print(constant).equals(text))
          .findFirst()
          .orElse(null);
    }
    return parsed(type, text);
  }

  /** What a type takes, for people. */
  static String allowed(Class<?> type) {
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == int.class || type == long.class) {
      return "a whole number";
    }
    if (type == Duration.class) {
      return "a time like 500ms, 25s, 2m, 1h or 7d";
    }
    if (type == Path.class) {
      return "a file's path";
    }
    if (type == String.class || type == Secret.class) {
      return "a text";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(Values::print)
          .collect(Collectors.joining(", "));
    }
    return constant(type, "ALLOWED");
  }

  /** A value as it may stand in a configuration. */
  static String print(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Duration duration -> printed(duration);
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      case List<?> list ->
          list.stream().map(Values::print).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static @Nullable Object number(Class<?> type, String text) {
    String digits = text.replace("_", "");
    try {
      if (type == int.class) {
        return Integer.valueOf(digits);
      }
      return Long.valueOf(digits);
    } catch (NumberFormatException none) {
      return null;
    }
  }

  private static @Nullable Duration duration(String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    String unit = text.substring(digits).strip();
    if (digits == 0 || digits > 9) {
      return null;
    }
    long count = Long.parseLong(text.substring(0, digits));
    return UNITS.stream()
        .filter(known -> known.name.equals(unit))
        .map(known -> Duration.ofMillis(Math.multiplyExact(count, known.millis)))
        .findFirst()
        .orElse(null);
  }

  private static String printed(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    // Not "7d" for a week of hours only: the largest unit that leaves no rest.
    return UNITS.reversed().stream()
        .filter(unit -> millis % unit.millis == 0)
        .map(unit -> millis / unit.millis + unit.name)
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable Object parsed(Class<?> type, String text) {
    try {
      Method parse = type.getMethod("parse", String.class);
      return parse.invoke(null, text);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof IllegalArgumentException why) {
        throw why;
      }
      throw new IllegalStateException(type + " does not parse", refused);
    } catch (ReflectiveOperationException none) {
      throw new IllegalStateException(type + " is no type for a setting", none);
    }
  }

  private static String constant(Class<?> type, String name) {
    try {
      return (String) type.getField(name).get(null);
    } catch (ReflectiveOperationException none) {
      throw new IllegalStateException(type + " does not say what it takes", none);
    }
  }
}
