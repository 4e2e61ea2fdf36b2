package dev.carillon.websocket;

import dev.carillon.websocket.header.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. Immutable.
 *
 * @param subprotocols those offered, the preferred first
 * @param deflate null to offer no compression
 * @param origin the Origin to send, null for none
 * @param fields further header lines, such as Authorization
 */
public record ClientTerms(
    List<String> subprotocols,
    @Nullable DeflateTerms deflate,
    @Nullable String origin,
    HttpFields fields) {
  /** No subprotocol, compression with small windows, nothing else. */
  public static final ClientTerms DEFAULT =
      new ClientTerms(List.of(), DeflateTerms.DEFAULT, null, HttpFields.NONE);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException when it is not of distinct tokens (RFC 6455 4.1)
   */
  public ClientTerms {
    for (var subprotocol : subprotocols) {
      if (!Tokens.isToken(subprotocol)) {
        throw new IllegalArgumentException("subprotocol \"" + subprotocol + "\" is no token");
      }
    }
    if (subprotocols.stream().distinct().count() != subprotocols.size()) {
      throw new IllegalArgumentException("a subprotocol is repeated in " + subprotocols);
    }
    subprotocols = List.copyOf(subprotocols);
  }
}
