package dev.carillon.server;

import dev.carillon.core.Member;

/**
 * Is told of sessions that have left a room. Runs on a virtual thread, so it may block; all hooks
 * of one room run one after the other.
 */
@FunctionalInterface
public interface LeaveHandler {
  /**
   * A session that was let in is gone: it left, or lost its connection and did not come back in
   * time.
   *
   * @param member as it was when it joined
   */
  void onLeave(Member member, RoomAddress room);
}
