package dev.carillon.connection;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;

/**
 * Takes the messages of a WebSocket without rooms, in either role. Called on the connection's loop:
 * it must not block, and keeps no buffer beyond the call.
 */
public interface Handler {
  /** Sends every message back as it came. */
  Handler ECHO =
      new Handler() {
        @Override
        public void text(Link link, Utf8 text) {
          link.text(text);
        }

        @Override
        public void binary(Link link, ByteBuffer payload) {
          link.binary(payload);
        }
      };

  /** The connection is open. Called once, first. */
  default void opened(Link link) {}

  /** A text message, checked to be valid UTF-8. */
  void text(Link link, Utf8 text);

  /** A binary message. */
  void binary(Link link, ByteBuffer payload);

  /** A Ping, answered already. */
  default void ping(Link link, ByteBuffer payload) {}

  /** A Pong, asked for or not. */
  default void pong(Link link, ByteBuffer payload) {}

  /** Everything that waited has gone to the socket. */
  default void writable(Link link) {}

  /**
   * The connection has ended. Called once, last, if {@link #opened} was.
   *
   * @param code the peer's code, {@link CloseCode#ABNORMAL} when the link ended without one, or the
   *     code of the rule that the peer broke
   */
  default void closed(Link link, CloseCode code, String reason) {}
}
