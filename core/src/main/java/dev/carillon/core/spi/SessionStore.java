package dev.carillon.core.spi;

import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the sessions of a node that can be taken up again are kept, so that they are there when the
 * node starts again. Safe for use by many threads.
 *
 * <p>Keeping is not waited for, but takes place in the order of the calls: what a node had kept
 * last before it ended without a word may be missing, and such a session is then a new one.
 */
public interface SessionStore {
  /** Keeps nothing, as is right where everything ends with the process. */
  SessionStore NONE =
      new SessionStore() {
        @Override
        public void keep(Kept session) {}

        @Override
        public void forget(String session) {}

        @Override
        public void all(Consumer<Broker.Answer<List<Kept>>> answer) {
          answer.accept(new Broker.Answer.Done<>(List.of()));
        }
      };

  /**
   * A session.
   *
   * @param id its name
   * @param user whose it is; its claims are not kept, as they come anew with each connection
   * @param shard the number in its tokens
   * @param rooms where it was shown and read
   * @param current proves a claim with the newest token; nothing can be claimed by knowing it
   * @param previous proves a claim with the token before, while that is good
   * @param began when it first connected, milliseconds since 1970
   * @param lostAt when it lost its connection, milliseconds since 1970; 0 while it has one
   */
  record Kept(
      String id,
      User user,
      int shard,
      List<RoomName> rooms,
      String current,
      @Nullable String previous,
      long began,
      long lostAt) {
    public Kept {
      rooms = List.copyOf(rooms);
    }
  }

  /** Keeps a session, in the place of what was kept of it. */
  void keep(Kept session);

  /** A session is over. */
  void forget(String session);

  /** All that are kept. */
  void all(Consumer<Broker.Answer<List<Kept>>> answer);
}
