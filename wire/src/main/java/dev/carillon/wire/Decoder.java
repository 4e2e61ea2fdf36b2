package dev.carillon.wire;

import java.nio.ByteBuffer;

/** What all codecs do with a frame: find its fields, then its operation, then make the message. */
final class Decoder {
  /** Frames up to this size that are not in an array of their own are read through a kept one. */
  private static final int KEPT = 64 << 10;

  private final Source source;
  private final Fields fields;
  private byte[] copy = Source.NOTHING;

  Decoder(Source source, WireLimits limits) {
    this.source = source;
    this.fields = new Fields(source, limits);
  }

  FromClient client(ByteBuffer frame) {
    int base = 0;
    try {
      base = open(frame);
      scan(base);
      int op = fields.find(Key.OP, ClientOp.TABLE);
      return op < 0 ? unknownOp() : ClientMessages.read(ClientOp.at(op), fields);
    } catch (Refused e) {
      return malformed(e, base);
    } finally {
      source.bytes = Source.NOTHING;
    }
  }

  FromServer server(ByteBuffer frame) {
    int base = 0;
    try {
      base = open(frame);
      scan(base);
      int op = fields.find(Key.OP, ServerOp.TABLE);
      return op < 0 ? unknownOp() : ServerReader.read(ServerOp.at(op), fields);
    } catch (Refused e) {
      return malformed(e, base);
    } finally {
      source.bytes = Source.NOTHING;
    }
  }

  /** Puts the frame where it can be read, and returns the index at which it begins there. */
  private int open(ByteBuffer frame) {
    int length = frame.remaining();
    if (frame.hasArray()) {
      int from = frame.arrayOffset() + frame.position();
      source.bytes = frame.array();
      source.limit = from + length;
      return from;
    }
    byte[] array = copy;
    if (array.length < length) {
      array =
          new byte[length <= KEPT ? Math.max(1024, Integer.highestOneBit(length) << 1) : length];
      copy = length <= KEPT ? array : copy;
    }
    frame.get(frame.position(), array, 0, length);
    source.bytes = array;
    source.limit = length;
    return 0;
  }

  private void scan(int from) {
    source.begin(from);
    fields.read(from);
    source.end();
  }

  private UnknownOp unknownOp() {
    return new UnknownOp(fields.string(Key.OP), fields.idIfReadable());
  }

  private Malformed malformed(Refused e, int base) {
    long id = e.why.unreadable() ? 0 : fields.idIfReadable();
    return new Malformed(e.why, e.field, e.at - base, id);
  }
}
