package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.ClientEvent;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ServerMessage;
import org.jspecify.annotations.Nullable;

/** What a {@link Machine} wants done, in the order in which it says it. */
public sealed interface Output {
  /** Make a connection; then call {@link Machine#opened} or {@link Machine#failed}. */
  record Open() implements Output {}

  /** Send a message. */
  record Send(ClientMessage message) implements Output {}

  /**
   * Close the connection, and let nothing more be heard of it.
   *
   * @param code the close code
   * @param reason words for it, at most 100 characters
   */
  record HangUp(int code, String reason) implements Output {}

  /**
   * Something happened in a room.
   *
   * @param to as what the room is read: itself, a wildcard, or {@link Machine#INBOX}
   * @param event what
   */
  record Deliver(String to, RoomEvent event) implements Output {}

  /** Something happened to the client. */
  record Tell(ClientEvent event) implements Output {}

  /**
   * A command succeeded.
   *
   * @param ticket the command's
   * @param answer what the server said; null when it was not asked
   */
  record Answer(long ticket, @Nullable ServerMessage answer) implements Output {}

  /**
   * A command failed.
   *
   * @param ticket the command's
   * @param error why
   */
  record Fail(long ticket, CarillonException error) implements Output {}

  /** The application is asked; then call {@link Machine#reply}. */
  record Asked(ServerMessage.Call call) implements Output {}

  /** The token expires soon: send a new one with {@link Machine#refresh}. */
  record NeedToken() implements Output {}
}
