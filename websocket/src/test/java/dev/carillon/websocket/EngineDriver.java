package dev.carillon.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * An engine that is fed hex in one of the {@link Split}s and whose events and bytes are kept. For a
 * server the bytes given are a client's frames as they would be without a mask, and are masked
 * here, so that tests show the same bytes for both roles; {@link #receiveRaw} does not.
 */
final class EngineDriver {
  static final int KEY = 0x37fa213d; // the key of the examples in RFC 6455 5.7

  final Split split;
  final boolean masks; // whether the engine is a client's
  final Sent sent = new Sent();
  final Engine engine;
  final List<Event> events = new ArrayList<>();
  private int reads;

  EngineDriver(Split split, Function<Output, Engine> engine) {
    this(split, false, engine);
  }

  EngineDriver(Split split, boolean masks, Function<Output, Engine> engine) {
    this.split = split;
    this.masks = masks;
    this.engine = engine.apply(sent);
  }

  static EngineDriver client(Split split) {
    return client(split, Limits.DEFAULT);
  }

  static EngineDriver client(Split split, Limits limits) {
    return new EngineDriver(split, out -> Engine.client(limits, null, keys(), out));
  }

  static EngineDriver server(Split split) {
    return server(split, Limits.DEFAULT);
  }

  static EngineDriver server(Split split, Limits limits) {
    return new EngineDriver(split, out -> Engine.server(limits, null, out));
  }

  static EngineDriver parts(Split split, Limits limits) {
    return new EngineDriver(split, out -> Engine.client(limits, null, Delivery.PARTS, keys(), out));
  }

  /** Gives the key of RFC 6455 5.7, always. */
  static Random keys() {
    return new Random() {
      private static final long serialVersionUID = 1;

      @Override
      public int nextInt() {
        return KEY;
      }
    };
  }

  EngineDriver receive(String... hex) {
    return receive(Hex.bytes(hex));
  }

  EngineDriver receive(byte[] bytes) {
    for (var read : split.cut(bytes)) {
      var in = buffer(read);
      engine.receive(in, this::take);
      if (in.hasRemaining()) {
        throw new AssertionError(in.remaining() + " bytes were left");
      }
      in.clear(); // What was handed out may not be needed any more.
      for (int i = 0; i < in.capacity(); i++) {
        in.put(i, (byte) 0xee);
      }
    }
    return this;
  }

  private void take(Incoming incoming) {
    events.add(Event.of(incoming));
  }

  /** Heap, direct, either byte order, with bytes before and behind. */
  private ByteBuffer buffer(byte[] read) {
    int kind = reads++ & 3;
    int size = read.length + 5;
    var in = (kind & 1) == 0 ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
    in.order(kind < 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    return in.put(3, read).position(3).limit(3 + read.length);
  }

  EngineDriver eof() {
    engine.eof(this::take);
    return this;
  }

  List<Event> events() {
    return events;
  }

  /** The bytes sent since the last call, in hex. */
  String sent() {
    return Hex.of(sent.take());
  }

  /** A client's frame with the key of RFC 6455 5.7. */
  static byte[] masked(int first, byte[] payload) {
    return frame(first, payload, true);
  }

  static byte[] frame(int first, byte[] payload, boolean mask) {
    var bytes = new ByteArrayOutputStream();
    var header = ByteBuffer.allocate(10);
    Frames.header(header, first, payload.length);
    if (mask) {
      header.put(1, (byte) (header.get(1) | 0x80));
    }
    bytes.write(header.array(), 0, header.position());
    if (mask) {
      bytes.writeBytes(ByteBuffer.allocate(4).putInt(KEY).array());
    }
    for (int i = 0; i < payload.length; i++) {
      int key = mask ? KEY >>> (24 - 8 * (i & 3)) : 0;
      bytes.write(payload[i] ^ key);
    }
    return bytes.toByteArray();
  }
}
