package dev.carillon.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A question that waits for one {@link Reply}. Immutable.
 *
 * @param room the room that it is about, or null
 * @param caller who asks, or null for the server itself
 * @param event the question's name
 * @param payload what is asked
 * @param timeoutMillis how long the reply is waited for
 */
public record Call(
    @Nullable RoomName room,
    @Nullable Member caller,
    String event,
    Payload payload,
    long timeoutMillis) {
  /** How long a reply is waited for where the caller does not say. */
  public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);

  /** The longest that a reply may be waited for. */
  public static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);

  /** The most bytes that a client may be asked with, and may answer another client with. */
  public static final int MAX_CLIENT_BYTES = 16 << 10;

  public Call {
    if (timeoutMillis < 1 || timeoutMillis > MAX_TIMEOUT.toMillis()) {
      throw new IllegalArgumentException(
          "timeout is %d ms, must be 1 to %d".formatted(timeoutMillis, MAX_TIMEOUT.toMillis()));
    }
  }
}
