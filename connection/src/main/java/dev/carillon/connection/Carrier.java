package dev.carillon.connection;

import dev.carillon.core.Payload;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.WireForm;
import dev.carillon.websocket.CloseCode;
import java.nio.ByteBuffer;

/** What carries a conversation about rooms. Confined to the loop. */
sealed interface Carrier permits WebSocketStage, StreamStage {
  Connection connection();

  /** Begins the conversation in the protocol's form for this carrier. */
  Conversation converse(Application.Rooms rooms, Line line);

  /** The form in which a protocol's readers get messages here. */
  WireForm form(Protocol protocol);

  /** Whether anything can be sent: no end has been told. */
  boolean canSend();

  /** Whether as much waits for the socket as may. */
  boolean overfull();

  /** Sends a message that belongs to no room. */
  void send(Payload.Kind frame, ByteBuffer bytes);

  /** A shard's bytes went out past this carrier. */
  void sentShared();

  /** Ends it after what was sent. */
  void close(CloseCode code, String reason);
}
