package dev.carillon.websocket;

import dev.carillon.websocket.header.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server accepts. Immutable.
 *
 * @param subprotocols those spoken, the preferred first; the first that the client offers too is
 *     chosen, and none if there is none
 * @param deflate null to decline compression
 * @param origins who may connect
 */
public record ServerTerms(
    List<String> subprotocols, @Nullable DeflateTerms deflate, OriginPolicy origins) {
  /** No subprotocol, compression with small windows, any origin. */
  public static final ServerTerms DEFAULT =
      new ServerTerms(List.of(), DeflateTerms.DEFAULT, OriginPolicy.ANY);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException when it is not of distinct tokens (RFC 6455 4.1)
   */
  public ServerTerms {
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
