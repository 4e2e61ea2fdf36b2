package dev.carillon.websocket;

import dev.carillon.websocket.header.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header lines of a request or response, in order; names are compared without case. Immutable.
 */
public final class HttpFields {
  /** No lines. */
  public static final HttpFields NONE = new HttpFields(List.of());

  private final List<Field> lines;

  /**
   * One header line.
   *
   * @param name as sent
   * @param value without the white space around it
   */
  public record Field(String name, String value) {
    /** Refuses what would break out of its line. */
    public Field {
      if (!Tokens.isToken(name)) {
        throw new IllegalArgumentException("a header's name must be a token");
      }
      if (!Tokens.isFieldValue(value)) {
        throw new IllegalArgumentException(
            "the value of header " + name + " has a control character or one above U+00FF");
      }
    }
  }

  private HttpFields(List<Field> lines) {
    this.lines = lines;
  }

  /** Takes lines as they are. */
  public static HttpFields of(List<Field> lines) {
    return new HttpFields(List.copyOf(lines));
  }

  /** Name, value, name, value, ... */
  public static HttpFields of(String... namesAndValues) {
    var lines = new ArrayList<Field>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      lines.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return new HttpFields(List.copyOf(lines));
  }

  /** The same with one more line at the end. */
  public HttpFields with(String name, String value) {
    var more = new ArrayList<>(lines);
    more.add(new Field(name, value));
    return new HttpFields(List.copyOf(more));
  }

  /** The same followed by the lines of another. */
  public HttpFields with(HttpFields others) {
    var more = new ArrayList<>(lines);
    more.addAll(others.lines);
    return new HttpFields(List.copyOf(more));
  }

  /** All lines. */
  public List<Field> lines() {
    return lines;
  }

  /** The first value of this name, null when there is none. */
  public @Nullable String first(String name) {
    for (var line : lines) {
      if (line.name().equalsIgnoreCase(name)) {
        return line.value();
      }
    }
    return null;
  }

  /** All values of this name, in order. */
  public List<String> all(String name) {
    var values = new ArrayList<String>();
    for (var line : lines) {
      if (line.name().equalsIgnoreCase(name)) {
        values.add(line.value());
      }
    }
    return values;
  }

  /** Whether the comma-separated lists of this name contain a token, compared without case. */
  public boolean hasToken(String name, String token) {
    for (var line : lines) {
      if (line.name().equalsIgnoreCase(name)) {
        for (var element : Tokens.elements(List.of(line.value()))) {
          if (element.equalsIgnoreCase(token)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HttpFields fields && lines.equals(fields.lines);
  }

  @Override
  public int hashCode() {
    return lines.hashCode();
  }

  /** The names only: values may be secret. */
  @Override
  public String toString() {
    return lines.stream().map(Field::name).toList().toString();
  }
}
