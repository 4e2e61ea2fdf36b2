package dev.carillon.wire;

import java.nio.ByteBuffer;

/**
 * One encoding of Carillon's messages, in both directions. What a peer sends never throws: it
 * becomes a message, an {@link UnknownOp} or a {@link Malformed}. An instance keeps working memory,
 * so it is confined to one thread; make one for each.
 */
public sealed interface WireCodec permits JsonCodec, MsgpackCodec, CborCodec {

  /** The WebSocket subprotocol that stands for this encoding, such as {@code carillon.v1.json}. */
  String subprotocol();

  /** Whether its messages travel in text frames; otherwise in binary ones. */
  boolean text();

  /**
   * Reads what a client sent. The buffer is read from its position to its limit and left as it was;
   * the result keeps nothing of it.
   */
  FromClient decodeClient(ByteBuffer frame);

  /**
   * Reads what a server sent. The buffer is read from its position to its limit and left as it was;
   * the result keeps nothing of it.
   */
  FromServer decodeServer(ByteBuffer frame);

  /** Writes one message to the end of a sink. */
  void encode(ClientMessage message, ByteSink to);

  /** Writes one message to the end of a sink. */
  void encode(ServerMessage message, ByteSink to);
}
