package dev.carillon.protocol.carillon;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import org.jspecify.annotations.Nullable;

/** The way back to the client, for what takes its messages. Confined to the shard. */
interface Replies {
  /** Sends a message that belongs to no room. */
  void send(ServerMessage message);

  /** Milliseconds since 1970, as of this round. */
  long now();

  /** Has a newer token checked. */
  void refresh(ClientMessage.Refresh refresh);

  /** Sends an error. */
  default void error(long id, @Nullable String room, ErrorCode code, String words) {
    send(new ServerMessage.Error(id, room, Problem.of(code, words)));
  }
}
