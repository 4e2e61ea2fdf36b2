package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Tail;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates one direction of a connection as the bytes arrive. Confined to its event loop.
 *
 * <p>Between messages the only state is the {@link Tail}; while a message is incomplete an inflater
 * of the loop's is borrowed.
 */
final class DeflateReader {
  /** Takes what comes out. */
  interface Sink {
    /** Room that is left below the limit of the message. */
    int room();

    /** Takes plaintext from 0 to the buffer's position; gives the rule that it breaks. */
    @Nullable Rule plaintext(ByteBuffer chunk, boolean last, Receiver receiver);
  }

  private static final byte[] NOTHING = {};

  /** RFC 7692 7.2.2: what the peer has left out. */
  private static final byte[] TRAILER = {0, 0, -1, -1};

  /**
   * An empty final block: it is read as one only at the end of a block, and so tells a whole
   * message from one that was cut. Only for an inflater that is reset afterwards.
   */
  private static final byte[] TRAILER_AND_END = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  /** A peer that ends its deflate stream does it once a message, at the most once a flush. */
  private static final int MAX_FINAL_BLOCKS = 1024;

  private final Compressors compressors;
  private final boolean takeover;
  private final boolean keepsOwn;
  private final Tail tail;
  private @Nullable Inflater inflater;
  private boolean started;
  private int finalBlocks;
  private boolean ended; // whether the last input ended with a final block

  DeflateReader(Compressors compressors, int windowBits, boolean takeover, boolean ownStreams) {
    this.compressors = compressors;
    this.takeover = takeover;
    this.keepsOwn = ownStreams && takeover && windowBits == 15;
    this.tail = new Tail(windowBits);
  }

  /** Bytes held because a message is incomplete. */
  int heldBytes() {
    return started && !keepsOwn ? Compressors.INFLATER_BYTES : 0;
  }

  /**
   * Takes a piece of a compressed message.
   *
   * @param last whether the message ends with it
   * @return the rule that is broken, null when all is well
   */
  @Nullable Rule inflate(
      ByteBuffer in, int from, int length, boolean last, Sink sink, Receiver receiver) {
    var stream = start();
    var scratch = compressors.borrowInflated();
    try {
      var broken = feed(stream, in.slice(from, length), scratch, sink, receiver);
      if (broken != null || !last) {
        return broken != null ? broken : flush(scratch, sink, receiver);
      }
      broken = end(stream, scratch, sink, receiver);
      if (broken == null) {
        finish(stream);
        broken = sink.plaintext(scratch, true, receiver);
      }
      return broken;
    } catch (DataFormatException e) {
      return Rule.DEFLATE_INVALID;
    } finally {
      stream.setInput(NOTHING);
      compressors.giveBack(scratch);
    }
  }

  void release() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
    tail.clear();
    started = false;
  }

  private Inflater start() {
    var stream = inflater;
    if (stream == null) {
      stream = compressors.borrowInflater();
      inflater = stream;
    }
    if (!started) {
      started = true;
      finalBlocks = 0;
      recall(stream);
    }
    return stream;
  }

  private void recall(Inflater stream) {
    if (tail.length() > 0) {
      stream.setDictionary(tail.bytes(), 0, tail.length());
    }
  }

  private void finish(Inflater stream) {
    started = false;
    if (!keepsOwn) {
      inflater = null;
      compressors.giveBack(stream);
    }
  }

  private @Nullable Rule end(Inflater stream, ByteBuffer scratch, Sink sink, Receiver receiver)
      throws DataFormatException {
    var trailer = ByteBuffer.wrap(keepsOwn ? TRAILER : TRAILER_AND_END);
    var broken = feed(stream, trailer, scratch, sink, receiver);
    if (broken == null && !keepsOwn && (finalBlocks == 0 || !ended)) {
      return Rule.DEFLATE_TRUNCATED;
    }
    if (broken == null && scratch.position() > sink.room()) {
      return Rule.INFLATED_TOO_LARGE;
    }
    return broken;
  }

  /** Inflates all of the input; leaves less than a full scratch buffer of plaintext in it. */
  private @Nullable Rule feed(
      Inflater stream, ByteBuffer input, ByteBuffer scratch, Sink sink, Receiver receiver)
      throws DataFormatException {
    stream.setInput(input);
    ended = false;
    while (true) {
      int before = scratch.position();
      int n = stream.inflate(scratch);
      if (n > 0 && takeover && !keepsOwn) {
        tail.append(scratch, before, n);
      }
      if (scratch.position() > sink.room()) {
        return Rule.INFLATED_TOO_LARGE;
      }
      if (!scratch.hasRemaining()) {
        var broken = flush(scratch, sink, receiver);
        if (broken != null) {
          return broken;
        }
      } else if (stream.finished()) {
        if (++finalBlocks > MAX_FINAL_BLOCKS) {
          return Rule.DEFLATE_INVALID;
        }
        // 7.2.3.5: a block may be marked final; what follows is a new stream
        ended = !input.hasRemaining();
        stream.reset();
        recall(stream);
        stream.setInput(input);
        if (ended) {
          return null;
        }
      } else if (n == 0) {
        return stream.needsDictionary() ? Rule.DEFLATE_INVALID : null;
      }
    }
  }

  private static @Nullable Rule flush(ByteBuffer scratch, Sink sink, Receiver receiver) {
    if (scratch.position() == 0) {
      return null;
    }
    var broken = sink.plaintext(scratch, false, receiver);
    scratch.clear();
    return broken;
  }
}
