package dev.carillon.server;

import dev.carillon.core.Member;

/**
 * Lets sessions into a room. Runs on a virtual thread, so it may block; all hooks of one room run
 * one after the other.
 */
@FunctionalInterface
public interface JoinHandler {
  /**
   * Judges a join, with {@link IncomingJoin#accept()} or {@link IncomingJoin#refuse}. A session
   * that comes back within its time has not left, and is not judged again. A handler that throws
   * refuses.
   *
   * @param member who wants to join
   */
  IncomingJoin.Verdict onJoin(Member member, IncomingJoin join);
}
