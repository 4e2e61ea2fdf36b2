package dev.carillon.client;

import dev.carillon.wire.Answer;

/**
 * Answers calls. Called on a virtual thread of its own for each, so that it may block; several at a
 * time.
 */
@FunctionalInterface
public interface CallHandler {
  /**
   * Answers one call.
   *
   * @return data, or a {@link dev.carillon.wire.Problem}; what is thrown becomes the error {@code
   *     internal}, without a word of it leaving this process
   */
  Answer answer(IncomingCall call);
}
