package dev.carillon.protocol.carillon;

import dev.carillon.wire.MsgpackCodec;

/** {@code carillon.v1.msgpack}. */
public final class MsgpackProtocol extends CarillonProtocol {
  /** The protocol; found by {@link java.util.ServiceLoader}. */
  public MsgpackProtocol() {
    super(new SharedCodec(MsgpackCodec::new));
  }
}
