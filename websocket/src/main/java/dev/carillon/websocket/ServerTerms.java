package dev.carillon.websocket;

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

  /** Copies the list. */
  public ServerTerms {
    subprotocols = List.copyOf(subprotocols);
  }
}
