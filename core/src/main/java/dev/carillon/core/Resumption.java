package dev.carillon.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One session's coming back: the tokens by which it can be taken up again, and the taking up of
 * another. Confined to the session's shard.
 */
final class Resumption {
  private final Session session;
  private @Nullable String current;

  /** Of the token by which this session was taken up itself: good until the newest is used. */
  private @Nullable String previous;

  Resumption(Session session) {
    this.session = session;
  }

  /** A token for one use, which takes the place of those before it but of the last one used. */
  String token() {
    Shard shard = session.shard();
    String fresh = shard.newSecret();
    current = ResumableSessions.proof(fresh);
    shard.resumable().attach(session);
    return ResumableSessions.token(shard.number(), session.id(), fresh);
  }

  /** Whether anybody could come back to it. */
  boolean isPossible() {
    return current != null;
  }

  /**
   * Becomes the session that a token stands for.
   *
   * @param then told whether it is so
   */
  void takeUp(String token, Consumer<Boolean> then) {
    Shard shard = session.shard();
    Integer at = ResumableSessions.shardOf(token, shard.shardCount());
    if (at == null || !session.rooms().isEmpty()) {
      then.accept(false);
      return;
    }
    // What the client says next is said in whichever session it gets.
    session.outlet().pauseReading(true);
    shard.giveUp(
        at,
        token,
        session.user(),
        found -> {
          if (!session.isClosed()) {
            session.outlet().pauseReading(false);
          }
          if (found != null && session.isClosed()) {
            // This connection has gone meanwhile: wait for the next.
            shard.resumable().detach(found);
          } else if (found != null) {
            become(found);
          }
          then.accept(found != null);
        });
  }

  private void become(DetachedSession found) {
    session.become(found);
    current = found.current();
    previous = found.previous();
    session.memberships().remember(found);
    session.shard().resumable().arrived(session, found.rooms());
  }

  /** What would be left of the session without its connection; null when nobody could come. */
  @Nullable DetachedSession detached() {
    String newest = current;
    if (newest == null) {
      return null;
    }
    Memberships memberships = session.memberships();
    return new DetachedSession(
        session.self(),
        memberships.all(),
        memberships.unsettled(),
        newest,
        previous,
        session.began(),
        session.shard().now());
  }
}
