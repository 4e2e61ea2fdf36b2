package dev.carillon.websocket;

import java.net.URI;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One opening handshake of a client (RFC 6455 4.1): the request, and the check of its response. */
public final class ClientHandshake {
  /** What the response means. */
  public sealed interface Outcome {
    /**
     * The connection is open.
     *
     * @param subprotocol the server's choice, null for none
     * @param deflate what was agreed, null for no compression
     */
    record Agreed(@Nullable String subprotocol, @Nullable DeflateAgreement deflate)
        implements Outcome {}

    /**
     * Hang up.
     *
     * @param response with its status and header lines, such as Location or Retry-After
     */
    record Refused(Rule rule, ResponseHead response, String words) implements Outcome {}
  }

  private final RequestHead head;

  private ClientHandshake(RequestHead head) {
    this.head = head;
  }

  /**
   * Makes a request with a fresh key.
   *
   * @param uri scheme ws, wss, http or https, without a fragment
   * @throws IllegalArgumentException when the URI cannot be connected to
   */
  public static ClientHandshake request(URI uri, ClientTerms terms, RandomGenerator random) {
    throw new UnsupportedOperationException();
  }

  /** The request to send. */
  public RequestHead head() {
    return head;
  }

  /** Checks the server's answer. */
  public Outcome check(ResponseHead response) {
    throw new UnsupportedOperationException();
  }
}
