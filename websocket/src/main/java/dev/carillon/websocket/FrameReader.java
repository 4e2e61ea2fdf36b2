package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Mask;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds frames in bytes (RFC 6455 5.2), unmasks them in place, and hands data on to a {@link
 * MessageReader} and control frames to the {@link Engine}. Allocates nothing for a frame that is
 * whole in one read. Confined to its engine.
 */
final class FrameReader {
  private static final int MAX_HEADER = 14;

  private final Engine engine;
  private final boolean server;
  private final boolean deflates;
  private final MessageReader messages;

  /** A header that was cut; null when none is. */
  private byte @Nullable [] cutHeader;

  private int cutBytes;

  private boolean inFrame;
  private int opcode;
  private boolean fin;
  private int key;
  private int left; // payload bytes of the current frame that have not come yet

  /** The payload of a control frame that was cut; null when none is. */
  private @Nullable ByteBuffer control;

  FrameReader(Engine engine, boolean server, boolean deflates, MessageReader messages) {
    this.engine = engine;
    this.server = server;
    this.deflates = deflates;
    this.messages = messages;
  }

  /** Whether a frame or a message has begun and not ended. */
  boolean receiving() {
    return inFrame || cutHeader != null || messages.begun();
  }

  int expectedBytes() {
    return inFrame ? left : 0;
  }

  int heldBytes() {
    return messages.heldBytes();
  }

  void release() {
    cutHeader = null;
    control = null;
    inFrame = false;
    messages.release();
  }

  /** Takes frames until the bytes or the frames are used up or the engine says stop. */
  @Nullable Rule read(ByteBuffer in, int maxFrames, Receiver receiver) {
    int frames = 0;
    while (true) {
      if (!inFrame) {
        if (frames == maxFrames || engine.stopped()) {
          return null;
        }
        var broken = header(in);
        if (broken != null || !inFrame) {
          return broken;
        }
      }
      int n = Math.min(left, in.remaining());
      if (n == 0 && left > 0) {
        return null;
      }
      var broken = payload(in, n, receiver);
      if (broken != null) {
        return broken;
      }
      if (inFrame) {
        return null;
      }
      frames++;
    }
  }

  private @Nullable Rule header(ByteBuffer in) {
    if (cutHeader != null) {
      return cutHeader(in, cutHeader);
    }
    int at = in.position();
    int have = in.remaining();
    if (have >= 2) {
      int size = headerBytes(in.get(at + 1));
      if (have >= size) {
        in.position(at + size);
        return begin(in, at);
      }
    }
    if (have > 0) {
      var cut = new byte[MAX_HEADER];
      in.get(cut, 0, have);
      cutHeader = cut;
      cutBytes = have;
    }
    return null;
  }

  private @Nullable Rule cutHeader(ByteBuffer in, byte[] cut) {
    while (in.hasRemaining()) {
      cut[cutBytes++] = in.get();
      if (cutBytes >= 2 && cutBytes == headerBytes(cut[1])) {
        cutHeader = null;
        return begin(ByteBuffer.wrap(cut), 0);
      }
    }
    return null;
  }

  private static int headerBytes(byte second) {
    int length = second & 0x7f;
    return 2 + (length < 126 ? 0 : length == 126 ? 2 : 8) + (second < 0 ? 4 : 0);
  }

  /** Reads a header that is whole. */
  private @Nullable Rule begin(ByteBuffer in, int at) {
    int first = in.get(at);
    int second = in.get(at + 1);
    int code = first & 0x0f;
    boolean rsv1 = (first & 0x40) != 0;
    if ((first & 0x30) != 0 || (rsv1 && !deflates)) {
      return Rule.RESERVED_BITS_SET;
    }
    if ((second < 0) != server) {
      return server ? Rule.CLIENT_FRAME_UNMASKED : Rule.SERVER_FRAME_MASKED; // 5.1
    }
    long length = second & 0x7f;
    int next = at + 2;
    Rule broken;
    if (code >= Opcode.CLOSE.value()) {
      broken = controlHeader(code, rsv1, first < 0, length);
    } else if (code > Opcode.BINARY.value()) {
      broken = Rule.RESERVED_OPCODE;
    } else {
      broken = null;
      if (length == 126) {
        length = bigEndian(in, next, 2);
        next += 2;
        broken = length < 126 ? Rule.LENGTH_NOT_MINIMAL : null;
      } else if (length == 127) {
        length = bigEndian(in, next, 8);
        next += 8;
        broken =
            length < 0 ? Rule.LENGTH_TOP_BIT_SET : length < 65_536 ? Rule.LENGTH_NOT_MINIMAL : null;
      }
      if (broken == null) {
        broken = messages.frame(code, rsv1, length);
      }
    }
    if (broken == null) {
      opcode = code;
      fin = first < 0;
      left = (int) length;
      key = server ? (int) bigEndian(in, next, 4) : 0;
      inFrame = true;
    }
    return broken;
  }

  private static @Nullable Rule controlHeader(int code, boolean rsv1, boolean fin, long length) {
    if (code > Opcode.PONG.value()) {
      return Rule.RESERVED_OPCODE;
    }
    if (rsv1) {
      return Rule.COMPRESSED_CONTROL;
    }
    if (!fin) {
      return Rule.CONTROL_FRAGMENTED;
    }
    return length > 125 ? Rule.CONTROL_TOO_LONG : null;
  }

  /** Whatever the buffer's own order is. */
  private static long bigEndian(ByteBuffer in, int at, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (in.get(at + i) & 0xff);
    }
    return value;
  }

  private @Nullable Rule payload(ByteBuffer in, int n, Receiver receiver) {
    int from = in.position();
    in.position(from + n);
    boolean ascii = false;
    if (key != 0) {
      ascii = Mask.apply(in, from, n, key);
      key = Mask.advance(key, n);
    }
    left -= n;
    boolean end = left == 0;
    inFrame = !end;
    if (opcode >= Opcode.CLOSE.value()) {
      return control(in, from, n, end, receiver);
    }
    return messages.payload(in, from, n, ascii, left, end && fin, receiver);
  }

  private @Nullable Rule control(ByteBuffer in, int from, int n, boolean end, Receiver receiver) {
    var cut = control;
    if (cut == null) {
      if (end) {
        return engine.control(opcode, in.slice(from, n), receiver);
      }
      cut = ByteBuffer.allocate(n + left);
      control = cut;
    }
    cut.put(cut.position(), in, from, n).position(cut.position() + n);
    if (!end) {
      return null;
    }
    control = null;
    return engine.control(opcode, cut.flip(), receiver);
  }
}
