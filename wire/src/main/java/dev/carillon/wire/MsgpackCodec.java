package dev.carillon.wire;

import java.nio.ByteBuffer;

/**
 * {@code carillon.v1.msgpack}: MessagePack in binary frames. JSON data is a str with the JSON text,
 * text is a str, bytes are a bin. Confined to one thread.
 */
public final class MsgpackCodec implements WireCodec {
  /** The subprotocol's name. */
  public static final String SUBPROTOCOL = "carillon.v1.msgpack";

  private final Decoder decoder;
  private final Emitter emitter = new MsgpackEmitter();

  /** With the usual limits. */
  public MsgpackCodec() {
    this(WireLimits.DEFAULT);
  }

  /** With limits on what is decoded. */
  public MsgpackCodec(WireLimits limits) {
    decoder = new Decoder(new MsgpackSource(limits.maxDepth()), limits);
  }

  @Override
  public String subprotocol() {
    return SUBPROTOCOL;
  }

  @Override
  public boolean text() {
    return false;
  }

  @Override
  public FromClient decodeClient(ByteBuffer frame) {
    return decoder.client(frame);
  }

  @Override
  public FromServer decodeServer(ByteBuffer frame) {
    return decoder.server(frame);
  }

  @Override
  public void encode(ClientMessage message, ByteSink to) {
    emitter.write(message, to);
  }

  @Override
  public void encode(ServerMessage message, ByteSink to) {
    emitter.write(message, to);
  }
}
