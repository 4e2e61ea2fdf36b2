package dev.carillon.transport;

import dev.carillon.connection.Peer;
import dev.carillon.websocket.HttpFields;

/**
 * A plain HTTP request.
 *
 * @param method such as {@code GET}
 * @param target path and query as sent; see {@link dev.carillon.connection.RequestTarget}
 * @param fields the header lines
 * @param body the whole body, empty when there is none
 * @param peer who asks
 */
public record HttpRequest(String method, String target, HttpFields fields, byte[] body, Peer peer) {
  /** Method and path alone: what follows may be secret. */
  @Override
  public String toString() {
    int query = target.indexOf('?');
    return method + " " + (query < 0 ? target : target.substring(0, query));
  }
}
