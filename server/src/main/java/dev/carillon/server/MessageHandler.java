package dev.carillon.server;

import dev.carillon.core.Member;
import dev.carillon.core.spi.Gate;

/**
 * Sees a message before it is appended to its room. Runs on a virtual thread, so it may block;
 * those of one connection run one after the other, in the order in which they were published,
 * unless the room is {@linkplain RoomSetup#concurrent() concurrent}.
 */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Judges a message, with {@link IncomingMessage#accept()} and its siblings. A handler that throws
   * refuses.
   *
   * @param member who publishes
   */
  Gate.Verdict onMessage(Member member, IncomingMessage message);
}
