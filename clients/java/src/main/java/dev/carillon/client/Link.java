package dev.carillon.client;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Compressors;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.DeflatePolicy;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.Output;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.WireCodec;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One open connection: messages to bytes and back. Confined to the driver's thread; the socket's
 * threads are in {@link Wires}.
 */
final class Link {
  /** What is told of a connection, on the driver's thread. */
  interface Receiver {
    void received(FromServer frame);

    /** The server broke the rules of WebSockets, or sent what is not this protocol. */
    void unreadable(String words);

    void closed(int code, String reason);
  }

  private static final int WAITING_FOR_PONGS = 64 << 10;
  private static final int COMPRESSION_LEVEL = 6;

  private final WireCodec codec;
  private final Wires wires;
  private final Receiver receiver;
  private final Engine engine;
  private final @Nullable Compressors compressors;
  private final ByteSink encoded = new ByteSink(1024);
  private ByteBuffer pending = ByteBuffer.allocate(4096);
  private boolean over;

  /** The engine is at work, and may still need what it compresses with. */
  private boolean taking;

  Link(
      WireCodec codec,
      @Nullable DeflateAgreement agreement,
      int maxMessageBytes,
      Wires wires,
      Receiver receiver) {
    this.codec = codec;
    this.wires = wires;
    this.receiver = receiver;
    Limits limits =
        Limits.DEFAULT.withMaxFrameBytes(maxMessageBytes).withMaxMessageBytes(maxMessageBytes);
    compressors = agreement == null ? null : new Compressors(COMPRESSION_LEVEL);
    Deflate deflate =
        agreement == null || compressors == null
            ? null
            : Deflate.client(agreement, DeflatePolicy.DEFAULT, compressors);
    engine = Engine.client(limits, deflate, new SecureRandom(), new Pending());
  }

  /** Puts the engine's bytes together until they are flushed. */
  private final class Pending implements Output {
    @Override
    public ByteBuffer reserve(int bytes) {
      if (pending.remaining() < bytes) {
        int needed = pending.position() + bytes;
        int capacity = Math.max(needed, pending.capacity() * 2);
        pending =
            ByteBuffer.wrap(Arrays.copyOf(pending.array(), capacity)).position(pending.position());
      }
      return pending;
    }

    @Override
    public boolean full() {
      return wires.waiting() + pending.position() > WAITING_FOR_PONGS;
    }
  }

  /** Sends a message with the next {@link #flush}. After the end it is dropped. */
  void send(ClientMessage message) {
    if (!engine.canSend()) {
      return;
    }
    encoded.clear();
    codec.encode(message, encoded);
    if (codec.text()) {
      engine.text(encoded.buffer());
    } else {
      engine.binary(encoded.buffer());
    }
  }

  /** Hands over what is to be written. */
  void flush() {
    engine.answerPing();
    if (pending.position() > 0) {
      wires.write(Arrays.copyOf(pending.array(), pending.position()));
      pending.clear();
    }
  }

  /** Takes bytes of the server. */
  void take(ByteBuffer bytes) {
    if (over) {
      return;
    }
    taking = true;
    try {
      engine.receive(bytes, this::take);
    } finally {
      taking = false;
    }
    if (over) {
      release();
    } else {
      flush();
    }
  }

  /** The socket has ended. */
  void eof() {
    if (!over) {
      engine.eof(this::take);
    }
  }

  private void take(Incoming incoming) {
    if (over) {
      return;
    }
    switch (incoming) {
      case Incoming.Text(var text) -> message(text.bytes(), true);
      case Incoming.Binary(var payload) -> message(payload, false);
      case Incoming.Part part -> {}
      case Incoming.Ping ping -> {}
      case Incoming.Pong pong -> {}
      case Incoming.Closed(var code, var reason) -> {
        if (engine.failed()) {
          receiver.unreadable(reason);
        } else {
          receiver.closed(code.value(), reason);
        }
        end();
      }
    }
  }

  private void message(ByteBuffer payload, boolean text) {
    if (text == codec.text()) {
      receiver.received(codec.decodeServer(payload));
    } else {
      receiver.unreadable(
          "a "
              + (text ? "text" : "binary")
              + " frame from a server that speaks "
              + codec.subprotocol());
    }
  }

  /** Says goodbye, and lets nothing more be heard of this connection. */
  void hangUp(int code, String reason) {
    if (!over) {
      if (!engine.closed()) {
        engine.close(CloseCode.of(code), reason);
      }
      end();
    }
  }

  private void end() {
    if (!over) {
      over = true;
      if (pending.position() > 0) {
        wires.write(Arrays.copyOf(pending.array(), pending.position()));
        pending.clear();
      }
      wires.end();
      engine.pause();
      if (!taking) {
        release();
      }
    }
  }

  private void release() {
    if (compressors != null) {
      compressors.close();
    }
  }
}
