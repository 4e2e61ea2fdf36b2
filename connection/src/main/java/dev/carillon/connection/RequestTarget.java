package dev.carillon.connection;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request's target, decoded.
 *
 * @param path begins with {@code /}
 * @param query the parameters in order, the values of each in order of appearance
 */
public record RequestTarget(String path, Map<String, List<String>> query) {
  /**
   * Reads path and query, or an absolute URI.
   *
   * @return null when a percent sign is not followed by two hexadecimal digits, or the path has a
   *     control character
   */
  public static @Nullable RequestTarget parse(String target) {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    int scheme = path.indexOf("://");
    if (!path.startsWith("/") && scheme > 0) {
      int slash = path.indexOf('/', scheme + 3);
      path = slash < 0 ? "/" : path.substring(slash);
    }
    try {
      // A plus sign in a path is a plus sign.
      String decoded = decode(path.replace("+", "%2B"));
      if (decoded.chars().anyMatch(Character::isISOControl)) {
        return null;
      }
      return new RequestTarget(
          decoded, question < 0 ? Map.of() : parameters(target.substring(question + 1)));
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** The first value of a parameter, or null. */
  public @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    return values == null ? null : values.getFirst();
  }

  private static Map<String, List<String>> parameters(String query) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      if (!part.isEmpty()) {
        int equals = part.indexOf('=');
        String name = decode(equals < 0 ? part : part.substring(0, equals));
        String value = equals < 0 ? "" : decode(part.substring(equals + 1));
        parameters.computeIfAbsent(name, absent -> new ArrayList<>(1)).add(value);
      }
    }
    return parameters;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
