package dev.carillon.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One masked text frame whose stamp alone differs from message to message. Confined to the run's
 * thread.
 *
 * <p>The mask is always the same one, so that a frame is laid down by copying: what is loaded has
 * to unmask all the same.
 */
final class Template {
  private static final int MASK = 0x37fa213d;
  private static final String[] WORDS = {
    "user:", "name:", "price:", "quantity:", "total:", "created:", "status:open ", "side:buy ",
    "status:done ", "side:sell ", "market:", "order:", "account:", "currency:EUR ", "note:", "id:"
  };

  private final byte[] frame;
  private final int stampAt;
  private final byte[] stamp = new byte[Stamp.BYTES];
  private final byte[] stampMask = new byte[Stamp.BYTES];

  Template(byte[] frame, int stampAt, int payloadAt) {
    this.frame = frame;
    this.stampAt = stampAt;
    for (int i = 0; i < stampMask.length; i++) {
      stampMask[i] = maskByte(stampAt + i - payloadAt);
    }
  }

  /** A message with this much data, its stamp among it. */
  static Template message(String before, String after, int dataBytes) {
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] tail = after.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[head.length + dataBytes + tail.length];
    System.arraycopy(head, 0, payload, 0, head.length);
    fill(payload, head.length + Stamp.BYTES, head.length + dataBytes);
    System.arraycopy(tail, 0, payload, head.length + dataBytes, tail.length);
    byte[] frame = frame(0x81, payload);
    int payloadAt = frame.length - payload.length;
    return new Template(frame, payloadAt + head.length, payloadAt);
  }

  /** Words and numbers, always the same, that compress about as well as messages do. */
  private static void fill(byte[] payload, int from, int end) {
    int chance = 17;
    int at = from;
    while (at < end) {
      chance = chance * 1_103_515_245 + 12_345;
      String word = WORDS[(chance >>> 16) % WORDS.length] + (chance >>> 20) % 1000 + ' ';
      for (int i = 0; i < word.length() && at < end; i++) {
        payload[at++] = (byte) word.charAt(i);
      }
    }
  }

  /** A whole masked frame. */
  static byte[] frame(int first, byte[] payload) {
    int length = payload.length;
    int header = length < 126 ? 6 : length < 65_536 ? 8 : 14;
    ByteBuffer frame = ByteBuffer.allocate(header + length).put((byte) first);
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 65_536) {
      frame.put((byte) 0xfe).putShort((short) length);
    } else {
      frame.put((byte) 0xff).putLong(length);
    }
    frame.putInt(MASK);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ maskByte(i)));
    }
    return frame.array();
  }

  static byte[] text(String payload) {
    return frame(0x81, payload.getBytes(StandardCharsets.UTF_8));
  }

  private static byte maskByte(int at) {
    return (byte) (MASK >>> (3 - (at & 3)) * 8);
  }

  int bytes() {
    return frame.length;
  }

  /** Lays a message down. */
  void put(ByteBuffer to, int source, long sequence, long nanos) {
    Stamp.write(stamp, source, sequence, nanos);
    for (int i = 0; i < stamp.length; i++) {
      stamp[i] ^= stampMask[i];
    }
    int at = to.position();
    to.put(frame).put(at + stampAt, stamp);
  }
}
