package dev.carillon.websocket;

import java.nio.ByteBuffer;

/**
 * Where an {@link Engine} puts the bytes for its peer. Confined, like the engine, to one thread.
 *
 * <p>The engine asks for room and writes at once; consecutive calls of {@link #reserve} are
 * consecutive bytes of the stream, and nothing else may be put between two of them within one call
 * of the engine (a large frame takes several). What was written is what the buffer's position has
 * moved by, when the next call of {@code reserve} comes or the engine's method returns. It is
 * always exactly as many bytes as were asked for.
 */
@FunctionalInterface
public interface Output {
  /** The most bytes that {@link #reserve} is ever asked for. */
  int MAX_RESERVE = 64 * 1024;

  /**
   * Gives room for bytes that the engine must send.
   *
   * @param bytes 1 to {@link #MAX_RESERVE}
   * @return a buffer with at least this much remaining; heap or direct, in any byte order
   */
  ByteBuffer reserve(int bytes);

  /**
   * Whether automatic Pongs should wait. While it is true the engine keeps only the latest
   * unanswered Ping, and answers it on its next call when this has become false (or on {@link
   * Engine#answerPing()}); so a peer that floods Pings and does not read gets no memory for it.
   */
  default boolean full() {
    return false;
  }
}
