package dev.carillon.websocket;

import java.nio.ByteBuffer;

/**
 * Framing without a connection, for frames that many connections share: a server's frames carry no
 * mask, so the same bytes serve everybody. Safe for use by many threads.
 */
public final class Frames {
  /** The longest header of a server's frame. */
  public static final int MAX_SERVER_HEADER = 10;

  static final int FIN = 0x80;
  static final int RSV1 = 0x40;

  private Frames() {}

  /** Length of an unmasked header for this much payload: 2, 4 or 10 bytes. */
  public static int headerBytes(int payloadBytes) {
    return payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
  }

  /**
   * Writes the header of an unmasked final frame at the buffer's position, which moves past it.
   *
   * @param to any byte order; {@link #headerBytes} must remain
   * @param opcode the frame's type
   * @param compressed whether the payload is compressed (RSV1, RFC 7692 6)
   * @param payloadBytes length of the payload, not negative
   */
  public static void header(ByteBuffer to, Opcode opcode, boolean compressed, int payloadBytes) {
    header(to, FIN | opcode.value() | (compressed ? RSV1 : 0), payloadBytes);
  }

  static void header(ByteBuffer to, int first, int payloadBytes) {
    if (payloadBytes < 126) {
      to.put((byte) first).put((byte) payloadBytes);
      return;
    }
    to.put((byte) first);
    if (payloadBytes < 65_536) {
      to.put((byte) 126).put((byte) (payloadBytes >>> 8)).put((byte) payloadBytes);
      return;
    }
    to.put((byte) 127).put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 0);
    to.put((byte) (payloadBytes >>> 24)).put((byte) (payloadBytes >>> 16));
    to.put((byte) (payloadBytes >>> 8)).put((byte) payloadBytes);
  }
}
