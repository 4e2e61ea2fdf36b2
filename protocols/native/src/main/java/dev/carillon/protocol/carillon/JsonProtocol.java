package dev.carillon.protocol.carillon;

import dev.carillon.wire.JsonCodec;

/** {@code carillon.v1.json}: also for clients that name no subprotocol. */
public final class JsonProtocol extends CarillonProtocol {
  /** The protocol; found by {@link java.util.ServiceLoader}. */
  public JsonProtocol() {
    super(new SharedCodec(JsonCodec::new));
  }

  @Override
  public boolean answers(String path) {
    return path.equals("/") || path.equals("/ws");
  }
}
