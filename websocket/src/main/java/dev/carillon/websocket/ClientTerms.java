package dev.carillon.websocket;

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

  /** Copies the list. */
  public ClientTerms {
    subprotocols = List.copyOf(subprotocols);
  }
}
