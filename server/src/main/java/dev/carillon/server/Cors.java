package dev.carillon.server;

import dev.carillon.connection.Peer;
import dev.carillon.websocket.HttpFields;

/**
 * What pages of other origins may do with what is served over HTTP, by the same list as for
 * WebSockets. Cookies go only with origins that the list names. Immutable.
 */
final class Cors {
  /** For how long a browser need not ask again; more than this none of them takes. */
  private static final String MAX_AGE_SECONDS = "7200";

  /** The sentence for who is not allowed. */
  static final String WORDS =
      "pages of this origin may not connect; the server's `origins` setting lists who may";

  private static final HttpFields VARY = HttpFields.of("Vary", "Origin");

  private final Origins origins;

  Cors(Origins origins) {
    this.origins = origins;
  }

  /** Whether a request may be served. */
  boolean allows(HttpFields request, Peer peer) {
    return origins.allow(request.first("Origin"), request.first("Host"), peer.secure());
  }

  /** The header lines of every answer. */
  HttpFields fields(HttpFields request, Peer peer) {
    String origin = request.first("Origin");
    if (origin == null) {
      return VARY;
    }
    HttpFields open = VARY.with("Access-Control-Expose-Headers", LinkRequests.POSITION);
    return origins.names(origin, request.first("Host"), peer.secure())
        ? open.with("Access-Control-Allow-Origin", origin)
            .with("Access-Control-Allow-Credentials", "true")
        : open.with("Access-Control-Allow-Origin", "*");
  }

  /** The header lines of the answer to a browser that asks before it sends. */
  HttpFields preflight(HttpFields request, Peer peer, String methods) {
    return fields(request, peer)
        .with("Access-Control-Allow-Methods", methods)
        .with(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Last-Event-ID, "
                + LinkRequests.LINK
                + ", "
                + LinkRequests.NUMBER)
        .with("Access-Control-Max-Age", MAX_AGE_SECONDS);
  }
}
