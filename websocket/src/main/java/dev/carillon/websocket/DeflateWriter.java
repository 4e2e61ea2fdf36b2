package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Tail;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one direction of a connection. Confined to its event loop.
 *
 * <p>The JDK's deflater always has a window of 32 KiB. A smaller one is honoured like this: between
 * messages the only state is the {@link Tail} of the last 2^w bytes of plaintext; a message is cut
 * into pieces of n bytes, n at most 2^(w-1), and each piece is compressed by a deflater that has
 * been reset and knows no more than the 2^w - n bytes before it, so no distance can exceed 2^w. As
 * the deflater has no state of its own between pieces, one serves all connections of a loop.
 */
final class DeflateWriter {
  private static final byte[] NOTHING = {};

  /** What a flush ends with and the peer adds again (RFC 7692 7.2.1). */
  private static final int TRAILER = 4;

  private final Compressors compressors;
  private final int windowBits;
  private final boolean takeover;
  private final boolean keepsOwn;
  private final Tail tail;
  private @Nullable Deflater own;

  DeflateWriter(Compressors compressors, int windowBits, boolean takeover, boolean ownStreams) {
    this.compressors = compressors;
    this.windowBits = windowBits;
    this.takeover = takeover;
    this.keepsOwn = ownStreams && takeover && windowBits == 15;
    this.tail = new Tail(windowBits);
  }

  /** Whether no distance within this much plaintext can exceed the window. */
  boolean fits(int plaintextBytes) {
    return windowBits == 15 || plaintextBytes <= 1 << windowBits;
  }

  /**
   * Compresses a whole message.
   *
   * @return the payload, valid until the next use of the compressors; null when it would not be
   *     shorter, so that the message is to be sent as it is
   */
  @Nullable ByteBuffer message(ByteBuffer payload) {
    int length = payload.remaining();
    var to = compressors.compressed(length + TRAILER); // a full buffer means: not shorter
    if (!deflate(payload, to, true)) {
      forget();
      return null;
    }
    if (!takeover) {
      forget();
    }
    return to.limit(to.position() - TRAILER).position(0);
  }

  /** Compresses a piece of a message; the pieces' payloads make up one compressed message. */
  ByteBuffer part(ByteBuffer payload, boolean last) {
    int length = payload.remaining();
    int bound = length + (length >> 3) + 64 + 16 * (length >> (windowBits - 1));
    var to = compressors.compressed(Math.max(bound, length));
    if (length > 0 && !deflate(payload, to, last)) {
      throw new IllegalStateException("deflated " + length + " bytes to more than " + bound);
    }
    if (last && !takeover) {
      forget();
    }
    if (length == 0) {
      // 7.2.3.6: an empty stored block without its trailer is one byte
      return to.put((byte) 0).limit(last ? 1 : 0).position(0);
    }
    return to.limit(to.position() - (last ? TRAILER : 0)).position(0);
  }

  /** Starts again without history: what the peer has seen in between is unknown here. */
  void forget() {
    tail.clear();
    if (own != null) {
      own.reset();
    }
  }

  void release() {
    tail.clear();
    if (own != null) {
      own.end();
      own = null;
    }
  }

  private boolean deflate(ByteBuffer payload, ByteBuffer to, boolean last) {
    if (keepsOwn) {
      return piece(own(), payload, payload.position(), payload.remaining(), to);
    }
    var deflater = compressors.deflater();
    int at = payload.position();
    int end = payload.limit();
    while (at < end) {
      int bytes = Math.min(end - at, pieceBytes());
      deflater.reset();
      // 32 KiB are the deflater's own window: its distances never exceed that
      int known = windowBits == 15 ? tail.length() : Math.min(tail.length(), window() - bytes);
      if (known > 0) {
        deflater.setDictionary(tail.bytes(), tail.length() - known, known);
      }
      if (!piece(deflater, payload, at, bytes, to)) {
        return false;
      }
      at += bytes;
      if (takeover || at < end || !last) {
        tail.append(payload, at - bytes, bytes);
      }
    }
    return true;
  }

  private int pieceBytes() {
    if (windowBits == 15) {
      return Integer.MAX_VALUE;
    }
    return tail.length() == 0 ? window() : window() / 2;
  }

  private int window() {
    return 1 << windowBits;
  }

  private Deflater own() {
    var deflater = own;
    if (deflater == null) {
      deflater = compressors.newDeflater();
      own = deflater;
    }
    return deflater;
  }

  private static boolean piece(
      Deflater deflater, ByteBuffer payload, int from, int bytes, ByteBuffer to) {
    deflater.setInput(payload.slice(from, bytes));
    while (to.hasRemaining()) {
      deflater.deflate(to, Deflater.SYNC_FLUSH);
      if (to.hasRemaining()) {
        deflater.setInput(NOTHING); // lets go of the caller's buffer
        return true;
      }
    }
    deflater.setInput(NOTHING);
    return false;
  }
}
