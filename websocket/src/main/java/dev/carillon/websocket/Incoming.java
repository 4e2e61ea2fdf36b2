package dev.carillon.websocket;

import java.nio.ByteBuffer;

/**
 * What an {@link Engine} tells its {@link Receiver}. Buffers are views that are valid until the
 * receiver returns; who wants to keep one copies it.
 */
public sealed interface Incoming {
  /**
   * A whole text message.
   *
   * @param text already validated; decoded only on {@code toString()}
   */
  record Text(Utf8 text) implements Incoming {}

  /**
   * A whole binary message.
   *
   * @param payload position 0 to limit
   */
  record Binary(ByteBuffer payload) implements Incoming {}

  /**
   * A piece of a message, as it arrived; only from an engine made with {@link Delivery#PARTS}. Text
   * is validated as it arrives, but a piece may end inside a character.
   *
   * @param text whether the message is text
   * @param payload position 0 to limit; may be empty
   * @param first whether the message starts here
   * @param last whether the message ends here
   */
  record Part(boolean text, ByteBuffer payload, boolean first, boolean last) implements Incoming {}

  /**
   * A Ping. Its Pong is already on the way to the output, or waits for room there.
   *
   * @param payload at most 125 bytes
   */
  record Ping(ByteBuffer payload) implements Incoming {}

  /**
   * A Pong, asked for or not.
   *
   * @param payload at most 125 bytes
   */
  record Pong(ByteBuffer payload) implements Incoming {}

  /**
   * The end, told exactly once and last: the peer's Close frame (its answer is already in the
   * output), the transport's end (1006), or the peer broke a rule ({@link Engine#violation()} says
   * which, and the Close frame with the rule's code is in the output).
   *
   * @param code the peer's code, {@link CloseCode#NO_STATUS} when it gave none
   * @param reason the peer's reason, or the words of the broken rule
   */
  record Closed(CloseCode code, String reason) implements Incoming {}
}
