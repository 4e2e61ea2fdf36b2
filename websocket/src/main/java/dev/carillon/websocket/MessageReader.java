package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Assembly;
import dev.carillon.websocket.bytes.Utf8Check;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of the payloads of data frames: fragments, inflating, UTF-8, limits, delivery.
 * Confined to its engine.
 */
final class MessageReader implements DeflateReader.Sink {
  private final Limits limits;
  private final @Nullable DeflateReader inflater;
  private final Delivery delivery;

  private int opcode; // of the message that has begun, 0 when none has
  private boolean compressed;
  private boolean told; // whether a part of it has been delivered
  private int fragments;
  private int bytes; // of plaintext taken so far
  private int expected; // bytes of the current frame that have not come yet
  private int utf8;
  private @Nullable Assembly assembly;

  MessageReader(Limits limits, @Nullable DeflateReader inflater, Delivery delivery) {
    this.limits = limits;
    this.inflater = inflater;
    this.delivery = delivery;
  }

  boolean begun() {
    return opcode != 0;
  }

  int heldBytes() {
    return (assembly == null ? 0 : assembly.reserved())
        + (inflater == null ? 0 : inflater.heldBytes());
  }

  /** Checks the header of a data frame against the message it belongs to. */
  @Nullable Rule frame(int frameOpcode, boolean rsv1, long length) {
    if (frameOpcode == 0) {
      if (opcode == 0) {
        return Rule.CONTINUATION_WITHOUT_START;
      }
      if (rsv1) {
        return Rule.COMPRESSED_CONTINUATION;
      }
      if (fragments == limits.maxFragments()) {
        return Rule.TOO_MANY_FRAGMENTS;
      }
    } else if (opcode != 0) {
      return Rule.MESSAGE_INSIDE_MESSAGE;
    }
    // Unsigned, and before anything is reserved.
    if (length > limits.maxFrameBytes()) {
      return Rule.FRAME_TOO_LARGE;
    }
    boolean inflate = frameOpcode == 0 ? compressed : rsv1;
    if (!inflate && length > limits.maxMessageBytes() - (frameOpcode == 0 ? bytes : 0)) {
      return Rule.MESSAGE_TOO_LARGE;
    }
    if (frameOpcode == 0) {
      fragments++;
    } else {
      opcode = frameOpcode;
      compressed = rsv1;
      fragments = 1;
      bytes = 0;
      utf8 = Utf8Check.DONE;
      told = false;
    }
    return null;
  }

  /**
   * Takes unmasked payload.
   *
   * @param ascii whether it is known to be nothing but ASCII
   * @param rest bytes of the same frame that have not come yet
   * @param last whether the message ends with it
   */
  @Nullable Rule payload(
      ByteBuffer in, int from, int length, boolean ascii, int rest, boolean last, Receiver to) {
    if (compressed && inflater != null) {
      expected = 0;
      return inflater.inflate(in, from, length, last, this, to);
    }
    expected = rest;
    return take(in, from, length, ascii, last, to);
  }

  @Override
  public int room() {
    return limits.maxMessageBytes() - bytes;
  }

  @Override
  public @Nullable Rule plaintext(ByteBuffer chunk, boolean last, Receiver receiver) {
    return take(chunk, 0, chunk.position(), false, last, receiver);
  }

  private @Nullable Rule take(
      ByteBuffer from, int offset, int length, boolean ascii, boolean last, Receiver receiver) {
    bytes += length;
    if (opcode == Opcode.TEXT.value() && (!ascii || utf8 != Utf8Check.DONE)) {
      utf8 = Utf8Check.after(utf8, from, offset, length);
      if (utf8 == Utf8Check.INVALID) {
        return Rule.TEXT_NOT_UTF8;
      }
    }
    if (last && utf8 != Utf8Check.DONE) {
      return Rule.TEXT_NOT_UTF8;
    }
    if (delivery == Delivery.PARTS) {
      part(from, offset, length, last, receiver);
      return null;
    }
    var begun = assembly;
    if (last && begun == null) {
      whole(from, offset, length, receiver);
      return null;
    }
    if (begun == null) {
      if (length == 0) {
        return null;
      }
      begun = new Assembly();
      assembly = begun;
    }
    begun.append(from, offset, length, expected);
    if (last) {
      assembly = null;
      var joined = begun.joined();
      whole(joined, 0, joined.limit(), receiver);
    }
    return null;
  }

  private void whole(ByteBuffer from, int offset, int length, Receiver receiver) {
    boolean text = opcode == Opcode.TEXT.value();
    opcode = 0;
    receiver.take(
        text
            ? new Incoming.Text(new Utf8(from, offset, length))
            : new Incoming.Binary(from.slice(offset, length)));
  }

  private void part(ByteBuffer from, int offset, int length, boolean last, Receiver receiver) {
    if (length == 0 && !last) {
      return;
    }
    boolean text = opcode == Opcode.TEXT.value();
    boolean first = !told;
    told = true;
    if (last) {
      opcode = 0;
    }
    receiver.take(new Incoming.Part(text, from.slice(offset, length), first, last));
  }

  void release() {
    opcode = 0;
    assembly = null;
  }
}
