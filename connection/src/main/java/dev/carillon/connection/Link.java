package dev.carillon.connection;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Handler} can do with its connection. Confined to the connection's loop. What is
 * sent in one round of the loop leaves together, at its end.
 */
public interface Link {
  /**
   * Sends a text message.
   *
   * @return false when it was not taken, because the connection is closing or because more than
   *     {@link ConnectionSettings#laneBytes()} wait for the socket; then {@link Handler#writable}
   *     follows
   */
  boolean text(Utf8 text);

  /** Sends a text message; as {@link #text(Utf8)}. */
  default boolean text(String text) {
    return text(Utf8.of(text));
  }

  /**
   * Sends a binary message; as {@link #text(Utf8)}.
   *
   * @param payload between position and limit; the position stays
   */
  boolean binary(ByteBuffer payload);

  /**
   * Sends a Ping; as {@link #text(Utf8)}.
   *
   * @param payload at most 125 bytes
   */
  boolean ping(ByteBuffer payload);

  /**
   * Ends the connection after what was sent.
   *
   * @param code one that is {@link CloseCode#sendable()}
   * @param reason cut to 123 bytes of UTF-8
   */
  void close(CloseCode code, String reason);

  /** Stops (true) or goes on (false) reading from the peer. */
  void pauseReading(boolean pause);

  /** Whether messages can still be sent: no Close has gone or come. */
  boolean isOpen();

  /** How many bytes wait for the socket. */
  int waiting();

  /** The subprotocol that was agreed, or null. */
  @Nullable String subprotocol();

  /** What was agreed of permessage-deflate, or null for no compression. */
  @Nullable DeflateAgreement deflate();
}
