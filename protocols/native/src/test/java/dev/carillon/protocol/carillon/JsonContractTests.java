package dev.carillon.protocol.carillon;

import dev.carillon.wire.JsonCodec;

class JsonContractTests extends CarillonContract {
  JsonContractTests() {
    super(new JsonProtocol(), new JsonCodec());
  }
}
