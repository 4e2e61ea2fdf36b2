package dev.carillon.protocol.carillon;

import dev.carillon.core.Payload;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.FromClient;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.WireCodec;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * One encoding of the messages, with a codec and a sink for each thread: a codec is one thread's,
 * and one for each connection would be most of what an idle connection costs. Safe for use by many
 * threads.
 */
final class SharedCodec {
  private static final int USUAL_BYTES = 1024;
  private static final int KEPT_BYTES = 64 << 10;

  private final String subprotocol;
  private final Payload.Kind frame;
  private final ThreadLocal<WireCodec> codecs;
  private final ThreadLocal<ByteSink> sinks =
      ThreadLocal.withInitial(() -> new ByteSink(USUAL_BYTES));

  SharedCodec(Supplier<WireCodec> make) {
    WireCodec first = make.get();
    this.subprotocol = first.subprotocol();
    this.frame = first.text() ? Payload.Kind.TEXT : Payload.Kind.BINARY;
    this.codecs = ThreadLocal.withInitial(make);
  }

  String subprotocol() {
    return subprotocol;
  }

  /** What each frame is, {@code TEXT} or {@code BINARY}. */
  Payload.Kind frame() {
    return frame;
  }

  FromClient decode(ByteBuffer bytes) {
    return codecs.get().decodeClient(bytes);
  }

  /** The message's bytes, valid until the next call on this thread. */
  ByteSink encode(ServerMessage message) {
    ByteSink sink = sinks.get();
    if (sink.array().length > KEPT_BYTES) { // a large message's memory is not kept
      sink = new ByteSink(USUAL_BYTES);
      sinks.set(sink);
    }
    sink.clear();
    codecs.get().encode(message, sink);
    return sink;
  }
}
