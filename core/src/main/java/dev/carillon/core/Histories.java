package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The requests for history that one session has made: answered one after the other, and only as far
 * as its socket takes them, so that its rooms have their turns in between. Confined to the
 * session's shard.
 */
final class Histories {
  /** So many may wait for their turn. */
  private static final int MOST_WAITING = 1000;

  private static final int MOST_ENTRIES = 1000;

  private final Session session;
  private final ArrayDeque<HistoryRead> waiting = new ArrayDeque<>(1);
  private boolean reading;

  Histories(Session session) {
    this.session = session;
  }

  /** Takes a request in, or refuses it. */
  void ask(long ref, RoomName room, HistoryOptions wish) {
    Problem problem = problemWith(room, wish);
    if (problem != null) {
      session.tell(new Notice.Refused(ref, room, problem));
    } else {
      waiting.add(new HistoryRead(session, this::answer, ref, room, wish));
      session.shard().touch(session);
    }
  }

  private @Nullable Problem problemWith(RoomName room, HistoryOptions wish) {
    if (!session.memberships().mayJoin(room)) {
      return new Problem(Problem.Reason.FORBIDDEN, "not permitted to read room " + room);
    }
    RoomPolicy.History readers = session.shard().policies().of(room).history();
    if (readers == RoomPolicy.History.NOBODY) {
      return new Problem(Problem.Reason.FORBIDDEN, "room " + room + " shows no history");
    }
    if (readers == RoomPolicy.History.MEMBERS && !session.memberships().isIn(room)) {
      String words = "the history of room " + room + " is for those who have joined it";
      return new Problem(Problem.Reason.NOT_JOINED, words);
    }
    int limit = wish.limit();
    if (limit < 1 || limit > MOST_ENTRIES) {
      String words = "limit is " + limit + ", must be 1 to " + MOST_ENTRIES;
      return new Problem(Problem.Reason.BAD_MESSAGE, words);
    }
    if (waiting.size() >= MOST_WAITING) {
      String words = waiting.size() + " requests for history wait; ask again after some answers";
      return new Problem(Problem.Reason.RATE_LIMITED, words);
    }
    return null;
  }

  /** Begins with the next one, if none is being read and the socket has room for its answer. */
  void readNext() {
    if (!reading && session.outlet().isFree()) {
      HistoryRead next = waiting.poll();
      if (next != null) {
        reading = true;
        next.begin();
      }
    }
  }

  private void answer(Notice answer) {
    reading = false;
    session.tell(answer);
  }
}
