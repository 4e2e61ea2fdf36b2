package dev.carillon.websocket.header;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One element of a Sec-WebSocket-Extensions header (RFC 6455 9.1). Immutable.
 *
 * @param name such as permessage-deflate
 * @param parameters in order
 */
public record Extension(String name, List<Parameter> parameters) {
  /**
   * One parameter.
   *
   * @param value without its quotes; null when there was none
   */
  public record Parameter(String name, @Nullable String value) {}

  /** Reads the lines of a header; null when they are malformed. */
  public static @Nullable List<Extension> parse(List<String> lines) {
    var extensions = new ArrayList<Extension>();
    for (var line : lines) {
      if (!new Scanner(line).list(extensions)) {
        return null;
      }
    }
    return extensions;
  }

  /** Reads one line, from left to right and each character once. */
  private static final class Scanner {
    private final String line;
    private int at;

    Scanner(String line) {
      this.line = line;
    }

    boolean list(List<Extension> to) {
      int before = to.size();
      while (true) {
        skipBlank();
        if (at < line.length() && line.charAt(at) != ',') {
          var extension = extension();
          if (extension == null) {
            return false;
          }
          to.add(extension);
        }
        if (at == line.length()) {
          return to.size() > before;
        }
        at++; // the comma
      }
    }

    private @Nullable Extension extension() {
      var name = token();
      if (name == null) {
        return null;
      }
      var parameters = new ArrayList<Parameter>();
      while (true) {
        skipBlank();
        if (at == line.length() || line.charAt(at) == ',') {
          return new Extension(name, parameters);
        }
        if (line.charAt(at++) != ';') {
          return null;
        }
        skipBlank();
        var parameter = parameter();
        if (parameter == null) {
          return null;
        }
        parameters.add(parameter);
      }
    }

    private @Nullable Parameter parameter() {
      var name = token();
      if (name == null) {
        return null;
      }
      skipBlank();
      if (at == line.length() || line.charAt(at) != '=') {
        return new Parameter(name, null);
      }
      at++;
      skipBlank();
      var value = at < line.length() && line.charAt(at) == '"' ? quoted() : token();
      return value == null ? null : new Parameter(name, value);
    }

    private @Nullable String token() {
      int start = at;
      while (at < line.length() && Tokens.tokenChar(line.charAt(at))) {
        at++;
      }
      return at == start ? null : line.substring(start, at);
    }

    /** 9.1: what the quotes hold must be a token as well. */
    private @Nullable String quoted() {
      var value = new StringBuilder();
      at++;
      while (at < line.length()) {
        char c = line.charAt(at++);
        if (c == '"') {
          return value.isEmpty() ? null : value.toString();
        }
        if (c == '\\' && at < line.length()) {
          c = line.charAt(at++);
        }
        if (!Tokens.tokenChar(c)) {
          return null;
        }
        value.append(c);
      }
      return null;
    }

    private void skipBlank() {
      while (at < line.length() && Tokens.blank(line.charAt(at))) {
        at++;
      }
    }
  }
}
