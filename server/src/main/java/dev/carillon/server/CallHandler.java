package dev.carillon.server;

import dev.carillon.core.Member;
import dev.carillon.core.Reply;

/**
 * Answers the calls of one name that clients make. Runs on a virtual thread, so it may block; those
 * of one connection run one after the other, in order with what the connection publishes, unless
 * the room is {@linkplain RoomSetup#concurrent() concurrent}.
 */
@FunctionalInterface
public interface CallHandler {
  /**
   * Answers a call, with {@link IncomingCall#answer(String)} and its siblings. When it throws, the
   * caller is told {@code internal}. An answer that comes after the call's time is not sent.
   *
   * @param caller who asks
   */
  Reply onCall(Member caller, IncomingCall call);
}
