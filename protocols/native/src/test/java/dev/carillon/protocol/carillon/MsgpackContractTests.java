package dev.carillon.protocol.carillon;

import dev.carillon.wire.MsgpackCodec;

class MsgpackContractTests extends CarillonContract {
  MsgpackContractTests() {
    super(new MsgpackProtocol(), new MsgpackCodec());
  }
}
