package dev.carillon.wire;

import java.nio.ByteBuffer;

/**
 * {@code carillon.v1.cbor}: CBOR in binary frames, with definite lengths. JSON data is a text
 * string with the JSON text, text is a text string, bytes are a byte string. Confined to one
 * thread.
 */
public final class CborCodec implements WireCodec {
  /** The subprotocol's name. */
  public static final String SUBPROTOCOL = "carillon.v1.cbor";

  private final Decoder decoder;
  private final Emitter emitter = new CborEmitter();

  /** With the usual limits. */
  public CborCodec() {
    this(WireLimits.DEFAULT);
  }

  /** With limits on what is decoded. */
  public CborCodec(WireLimits limits) {
    decoder = new Decoder(new CborSource(limits.maxDepth()), limits);
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
