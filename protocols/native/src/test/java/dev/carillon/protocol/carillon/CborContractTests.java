package dev.carillon.protocol.carillon;

import dev.carillon.wire.CborCodec;

class CborContractTests extends CarillonContract {
  CborContractTests() {
    super(new CborProtocol(), new CborCodec());
  }
}
