package dev.carillon.protocol.plain;

import dev.carillon.core.Payload;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.testkit.ProtocolContract;
import java.util.List;
import java.util.Map;

class PlainProtocolContractTests extends ProtocolContract {
  private final Protocol plain = new PlainProtocol();

  @Override
  protected Protocol protocol() {
    return plain;
  }

  @Override
  protected Opening opening(Credentials credentials) {
    return new Opening("/rooms/" + ROOM, Map.of(), null, credentials);
  }

  @Override
  protected List<Payload> greeting() {
    return List.of();
  }

  @Override
  protected Payload publication(String text) {
    return Payload.text(text);
  }

  @Override
  protected List<Payload> samples() {
    return List.of(
        Payload.text("hello"),
        Payload.text(""),
        Payload.text("{\"a\":1}"),
        new Payload(Payload.Kind.BINARY, new byte[] {0, 1, 2, -1}),
        new Payload(Payload.Kind.BINARY, new byte[0]));
  }

  /** Whatever a plain client sends is a message. */
  @Override
  protected List<Payload> unknown() {
    return List.of();
  }
}
