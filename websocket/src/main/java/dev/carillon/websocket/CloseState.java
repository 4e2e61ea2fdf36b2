package dev.carillon.websocket;

/**
 * The closing handshake (RFC 6455 7.1) as one total function.
 *
 * <p>{@link #CLOSED} and {@link #FAILED} mean that nothing more is sent or taken: flush what is in
 * the output, then close the transport (7.1.1: the server first; a client gives it time to).
 */
public enum CloseState {
  /** Both directions work. */
  OPEN,
  /** Our Close is out, the peer's has not come; messages may still come. */
  CLOSE_SENT,
  /** The peer's Close has come, ours is not out yet. */
  CLOSE_RECEIVED,
  /** Both Close frames have passed, or the transport has ended. */
  CLOSED,
  /** The peer broke a rule (7.1.7). */
  FAILED;

  /** What moves the state. */
  enum Input {
    SEND_CLOSE,
    RECEIVE_CLOSE,
    RECEIVE_EOF,
    RECEIVE_VIOLATION
  }

  CloseState after(Input input) {
    return switch (this) {
      case OPEN ->
          switch (input) {
            case SEND_CLOSE -> CLOSE_SENT;
            case RECEIVE_CLOSE -> CLOSE_RECEIVED;
            case RECEIVE_EOF -> CLOSED; // 7.1.5: reported as 1006
            case RECEIVE_VIOLATION -> FAILED;
          };
      case CLOSE_SENT ->
          switch (input) {
            case SEND_CLOSE -> CLOSE_SENT;
            case RECEIVE_CLOSE, RECEIVE_EOF -> CLOSED;
            case RECEIVE_VIOLATION -> FAILED;
          };
      case CLOSE_RECEIVED ->
          switch (input) {
            case SEND_CLOSE, RECEIVE_EOF -> CLOSED;
            case RECEIVE_CLOSE, RECEIVE_VIOLATION -> CLOSE_RECEIVED; // nothing after Close counts
          };
      case CLOSED -> CLOSED;
      case FAILED -> FAILED;
    };
  }
}
