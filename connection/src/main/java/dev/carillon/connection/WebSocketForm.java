package dev.carillon.connection;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Encoding;
import dev.carillon.core.spi.WireForm;
import dev.carillon.websocket.Frames;
import dev.carillon.websocket.Opcode;
import dev.carillon.websocket.SharedCompression;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A protocol's messages as a server's WebSocket frames, perhaps compressed. Confined to its loop.
 *
 * <p>A compressed frame refers to no other, and its plaintext fits the window that its readers
 * agreed on; so it is right for all of them, whatever they were sent before.
 */
final class WebSocketForm implements WireForm {
  private static final int SCRATCH_KEPT = 64 << 10;

  private final Encoding encoding;
  private final @Nullable SharedCompression compression;
  private final int threshold;
  private final int window;
  private final Bytes scratch = new Bytes(512);
  private final ByteBuffer header = ByteBuffer.allocate(Frames.MAX_SERVER_HEADER);

  /**
   * Puts an encoding into frames.
   *
   * @param compression null for none
   * @param threshold messages shorter than this are not compressed
   * @param window messages longer than this are not compressed
   */
  WebSocketForm(
      Encoding encoding, @Nullable SharedCompression compression, int threshold, int window) {
    this.encoding = encoding;
    this.compression = compression;
    this.threshold = threshold;
    this.window = window;
  }

  @Override
  public void append(RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) {
    scratch.clear(SCRATCH_KEPT);
    Payload.Kind kind = encoding.encode(room, entry, scratch);
    Opcode opcode = kind == Payload.Kind.BINARY ? Opcode.BINARY : Opcode.TEXT;
    int size = scratch.size();
    ByteBuffer compressed =
        compress && compression != null && size >= threshold && size <= window
            ? compression.compress(scratch.view())
            : null;
    if (compressed == null) {
      header(opcode, false, size, into);
      into.put(scratch.array(), 0, size);
    } else {
      header(opcode, true, compressed.remaining(), into);
      put(compressed, into);
    }
  }

  private void header(Opcode opcode, boolean compressed, int size, Bytes into) {
    header.clear();
    Frames.header(header, opcode, compressed, size);
    into.put(header.array(), 0, header.position());
  }

  private static void put(ByteBuffer from, Bytes into) {
    if (from.hasArray()) {
      into.put(from.array(), from.arrayOffset() + from.position(), from.remaining());
    } else {
      byte[] copy = new byte[from.remaining()];
      from.get(from.position(), copy);
      into.put(copy);
    }
  }
}
