package dev.carillon.websocket;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a payload once, without reference to earlier messages, so that the same frame can be
 * sent to every connection that negotiated permessage-deflate. Confined to the loop of its {@link
 * Compressors}.
 *
 * <p>Two conditions hold for each connection that gets it: {@link Engine#accepts} must be true for
 * the length of the plaintext, and {@link Engine#sentShared()} must be called once it was sent. The
 * second one is not optional: without it the connection's next message of its own refers to bytes
 * at the wrong distance, and decodes to garbage without an error.
 */
public final class SharedCompression {
  private final DeflateWriter writer;

  /** Borrows the streams of a loop. */
  public SharedCompression(Compressors compressors) {
    this.writer = new DeflateWriter(compressors, 15, false, false);
  }

  /**
   * Compresses a whole message.
   *
   * @param plaintext everything between position and limit; the position stays
   * @return the payload for a frame with RSV1 set, valid until the next use of the same {@link
   *     Compressors}; null when it would not be shorter than the plaintext
   */
  public @Nullable ByteBuffer compress(ByteBuffer plaintext) {
    return plaintext.hasRemaining() ? writer.message(plaintext) : null;
  }
}
