package dev.carillon.wire;

import java.nio.ByteBuffer;

/**
 * {@code carillon.v1.json}: text frames. JSON data is embedded as it was written, text is a string,
 * bytes are base64. Confined to one thread.
 */
public final class JsonCodec implements WireCodec {
  /** The subprotocol's name. */
  public static final String SUBPROTOCOL = "carillon.v1.json";

  private final Decoder decoder;
  private final Emitter emitter = new JsonEmitter();

  /** With the usual limits. */
  public JsonCodec() {
    this(WireLimits.DEFAULT);
  }

  /** With limits on what is decoded. */
  public JsonCodec(WireLimits limits) {
    decoder = new Decoder(new JsonSource(limits.maxDepth()), limits);
  }

  @Override
  public String subprotocol() {
    return SUBPROTOCOL;
  }

  @Override
  public boolean text() {
    return true;
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
