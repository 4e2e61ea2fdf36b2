package dev.carillon.server;

import dev.carillon.core.spi.Gate;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client publishes to a typed room, before it has a place.
 *
 * @param <T> what it carries
 * @param message the message as it came
 * @param data what it carries, read from its JSON
 */
public record TypedMessage<T>(IncomingMessage message, T data) {
  /** Where it is published. */
  public RoomAddress room() {
    return message.room();
  }

  /** The message's name, or null. */
  public @Nullable String event() {
    return message.event();
  }

  /** It is appended as it is, byte for byte. */
  public Gate.Verdict accept() {
    return message.accept();
  }

  /** It is appended with other data. */
  public Gate.Verdict accept(T changed) {
    return message.acceptJson(changed);
  }

  /**
   * It is not appended.
   *
   * @param why told to its publisher, in a sentence
   */
  public Gate.Verdict refuse(String why) {
    return message.refuse(why);
  }
}
