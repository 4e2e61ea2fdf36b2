package dev.carillon.protocol.carillon;

import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Encoding;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import java.util.List;

/** Carillon's own protocol in one of its encodings. */
public abstract sealed class CarillonProtocol implements Protocol
    permits JsonProtocol, MsgpackProtocol, CborProtocol {
  private final SharedCodec codec;
  private final Encoding encoding;

  CarillonProtocol(SharedCodec codec) {
    this.codec = codec;
    this.encoding = new CarillonEncoding(codec);
  }

  @Override
  public final String name() {
    return codec.subprotocol();
  }

  @Override
  public final List<String> subprotocols() {
    return List.of(codec.subprotocol());
  }

  @Override
  public boolean answers(String path) {
    return false;
  }

  @Override
  public final Encoding encoding() {
    return encoding;
  }

  @Override
  public final Conversation open(Opening opening, Line line) {
    return new CarillonConversation(codec, opening.credentials(), line);
  }
}
