package dev.carillon.transport;

import dev.carillon.websocket.ResponseHead;
import org.jspecify.annotations.Nullable;

/** A client could not connect. The message says what happened and what to do. */
public final class ConnectFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What stood in the way. */
  public enum Reason {
    /** The host's name has no address. */
    UNKNOWN_HOST,
    /** Nobody listens there. */
    REFUSED,
    /** The network or the host cannot be reached. */
    UNREACHABLE,
    /** It took too long. */
    TIMED_OUT,
    /** TLS could not be agreed, or the certificate is not believed. */
    TLS,
    /** The server answered with something else than a WebSocket. */
    HANDSHAKE
  }

  private final Reason reason;
  private final transient @Nullable ResponseHead response;
  private final String body;

  ConnectFailed(
      Reason reason,
      String message,
      @Nullable ResponseHead response,
      String body,
      @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.response = response;
    this.body = body;
  }

  /** What stood in the way. */
  public Reason reason() {
    return reason;
  }

  /** The server's answer to the opening handshake, or null when there was none. */
  public @Nullable ResponseHead response() {
    return response;
  }

  /** The beginning of the answer's body, as the server sent it: escape it before showing it. */
  public String body() {
    return body;
  }
}
