package dev.carillon.connection;

import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;

/** What an open WebSocket or event stream is for. */
public sealed interface Application {
  /**
   * The rooms of a node, spoken to by a protocol; the loop must have a {@link Loop#serve shard}.
   *
   * @param protocol whose conversation is opened
   * @param opening what the client said when connecting
   * @param authenticator decides who it is
   * @param terms what it is told of the server
   */
  record Rooms(Protocol protocol, Opening opening, Authenticator authenticator, Terms terms)
      implements Application {}

  /**
   * Messages and nothing else.
   *
   * @param handler takes them; may serve any number of connections
   */
  record Bare(Handler handler) implements Application {}
}
