package dev.carillon.websocket;

import org.jspecify.annotations.Nullable;

/** The server's side of the opening handshake (RFC 6455 4.2) as a pure function. */
public final class ServerHandshake {
  /** What to answer. */
  public sealed interface Answer {
    /** The whole head to send. */
    ResponseHead head();

    /**
     * Switch protocols.
     *
     * @param head status 101
     * @param subprotocol the chosen one, null for none
     * @param deflate what was agreed, null for no compression
     */
    record Accepted(
        ResponseHead head, @Nullable String subprotocol, @Nullable DeflateAgreement deflate)
        implements Answer {}

    /**
     * Send the head (its body is empty), close the connection, serve nothing behind it.
     *
     * @param head status and header lines that the rule asks for, with Connection: close
     * @param words what is wrong, without bytes of the peer
     */
    record Rejected(Rule rule, ResponseHead head, String words) implements Answer {}
  }

  private ServerHandshake() {}

  /** Whether a request asks for a WebSocket at all, so that {@link #answer} should decide. */
  public static boolean asked(RequestHead request) {
    return request.fields().hasToken("Upgrade", "websocket");
  }

  /** Checks a request and says what to answer. */
  public static Answer answer(RequestHead request, ServerTerms terms) {
    throw new UnsupportedOperationException();
  }

  /** The answer for a rule that {@link HttpHead} found broken. */
  public static Answer.Rejected reject(Rule rule) {
    throw new UnsupportedOperationException();
  }
}
