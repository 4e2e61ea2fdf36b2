package dev.carillon.protocol.carillon;

import dev.carillon.wire.CborCodec;

/** {@code carillon.v1.cbor}. */
public final class CborProtocol extends CarillonProtocol {
  /** The protocol; found by {@link java.util.ServiceLoader}. */
  public CborProtocol() {
    super(new SharedCodec(CborCodec::new));
  }
}
