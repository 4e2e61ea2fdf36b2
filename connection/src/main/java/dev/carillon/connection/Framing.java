package dev.carillon.connection;

import java.nio.ByteBuffer;

/** How a shard's slices fall into frames, so that one which the socket has cut can be completed. */
enum Framing {
  /** Unmasked WebSocket frames (RFC 6455 5.2). */
  WEBSOCKET {
    @Override
    int length(ByteBuffer slice, int at) {
      int length = slice.get(at + 1) & 0x7f;
      if (length < 126) {
        return 2 + length;
      }
      if (length == 126) {
        return 4 + ((slice.get(at + 2) & 0xff) << 8 | slice.get(at + 3) & 0xff);
      }
      int high = (slice.get(at + 6) & 0xff) << 24 | (slice.get(at + 7) & 0xff) << 16;
      return 10 + (high | (slice.get(at + 8) & 0xff) << 8 | slice.get(at + 9) & 0xff);
    }
  },

  /** Server-sent events: an empty line ends each, and none is inside. */
  EVENTS {
    @Override
    int length(ByteBuffer slice, int at) {
      int end = at + 1;
      while (slice.get(end) != '\n' || slice.get(end - 1) != '\n') {
        end++;
      }
      return end + 1 - at;
    }
  };

  /** Length of the frame that begins at {@code at}; the slice holds all of it. */
  abstract int length(ByteBuffer slice, int at);
}
