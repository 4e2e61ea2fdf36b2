package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Mask;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Writes frames to an {@link Output}; a client's are masked. Confined to its engine. */
final class FrameWriter {
  private static final int MAX_CLIENT_HEADER = 14;

  private final Output output;
  private final @Nullable RandomGenerator masks;

  FrameWriter(Output output, @Nullable RandomGenerator masks) {
    this.output = output;
    this.masks = masks;
  }

  boolean full() {
    return output.full();
  }

  /**
   * Writes one frame.
   *
   * @param first the first byte: FIN, RSV1 and opcode
   * @param payload between position and limit; the position stays
   */
  void frame(int first, ByteBuffer payload) {
    int length = payload.remaining();
    int piece = Math.min(length, Output.MAX_RESERVE - MAX_CLIENT_HEADER);
    int header = Frames.headerBytes(length) + (masks == null ? 0 : 4);
    var to = output.reserve(header + piece);
    int start = to.position();
    Frames.header(to, first, length);
    int key = 0;
    if (masks != null) {
      key = masks.nextInt();
      to.put(start + 1, (byte) (to.get(start + 1) | 0x80));
      to.put((byte) (key >>> 24)).put((byte) (key >>> 16)).put((byte) (key >>> 8)).put((byte) key);
    }
    int from = payload.position();
    copy(payload, from, piece, to, key);
    int end = from + length;
    for (int at = from + piece; at < end; at += piece) {
      key = Mask.advance(key, piece);
      piece = Math.min(end - at, Output.MAX_RESERVE);
      copy(payload, at, piece, output.reserve(piece), key);
    }
  }

  private static void copy(ByteBuffer payload, int from, int bytes, ByteBuffer to, int key) {
    int at = to.position();
    to.put(at, payload, from, bytes);
    if (key != 0) {
      Mask.apply(to, at, bytes, key);
    }
    to.position(at + bytes);
  }
}
