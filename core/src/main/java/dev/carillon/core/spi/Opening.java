package dev.carillon.core.spi;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection said when it was opened.
 *
 * @param path the address's path, decoded, beginning with {@code /}
 * @param query the address's parameters, decoded, in order; values in order of appearance
 * @param subprotocol the name that was agreed, or null
 * @param credentials what the address, headers, cookies or subprotocols carried
 */
public record Opening(
    String path,
    Map<String, List<String>> query,
    @Nullable String subprotocol,
    Credentials credentials) {
  /** The first value of a parameter, or null. */
  public @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }
}
