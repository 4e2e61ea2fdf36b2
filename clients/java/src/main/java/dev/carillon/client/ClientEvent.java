package dev.carillon.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the client as a whole tells. Immutable. */
public sealed interface ClientEvent {
  /** A connection is being made. */
  record Connecting() implements ClientEvent {}

  /**
   * There is a connection, and the server has said welcome.
   *
   * @param session the name of this session, as others see it
   * @param user its user, null when anonymous
   * @param resumed whether an earlier session was taken up
   */
  record Connected(String session, @Nullable String user, boolean resumed) implements ClientEvent {}

  /**
   * There is no connection; another attempt comes by itself.
   *
   * @param retryIn until then
   * @param error what led to it
   */
  record Waiting(Duration retryIn, CarillonException error) implements ClientEvent {}

  /**
   * There is no connection, and none comes by itself. The last event.
   *
   * @param error why; its code is {@code closed} when the application closed the client
   */
  record Ended(CarillonException error) implements ClientEvent {}

  /**
   * Something is wrong that no call is waiting for.
   *
   * @param error what
   * @param room the room that it is about, if it is about one
   */
  record Trouble(CarillonException error, @Nullable String room) implements ClientEvent {}
}
