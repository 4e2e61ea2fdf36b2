package dev.carillon.client.spi;

import dev.carillon.client.Message;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.Entry;
import dev.carillon.wire.Position;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader stands in one room, and what each thing that the server says means there.
 *
 * <p>A reader expects one offset. Whatever comes has that offset, or was announced, or repeats what
 * is known, or shows that something is missing. Methods that find something missing return null:
 * the room has to be joined again.
 */
final class Reading {
  private static final String SESSION_EXPIRED = "session_expired";
  private static final String EPOCH_CHANGED = "epoch_changed";

  private final String room;
  private final Announced announced = new Announced();
  private @Nullable String epoch;

  /** The offset that comes next, if nothing else is said. */
  private long expected = 1;

  /** The last offset of this epoch that was handed on. */
  private long highest;

  /** The server chooses where reading begins, and has not said it yet. */
  private boolean fresh = true;

  private boolean placed;
  private @Nullable Position forgotten;

  /** Where we were in a log that the room has left since; null once that was told. */
  private @Nullable Position left;

  /** Comes again after an attempt in vain, perhaps to another client; 0 for none. */
  private long retried;

  /** The offset that was missing when the room was joined again; 0 for none. */
  private long askedAgain;

  Reading(String room) {
    this.room = room;
  }

  /** Where to go on after a lost connection; null as long as that is not known. */
  @Nullable Position position() {
    return epoch == null || !placed ? null : new Position(epoch, expected - 1);
  }

  /** Whether it is known where reading begins; until then a join is repeated as it was said. */
  boolean placed() {
    return placed;
  }

  /** The application knows where it was. */
  void beginAt(Position position) {
    epoch = position.epoch();
    expected = position.offset() + 1;
    fresh = false;
    placed = true;
  }

  /**
   * The session is over on the server, and positions with it. What comes now is a new start, and is
   * told as a reset.
   */
  void forget() {
    Position known = position();
    forgotten = known == null ? forgotten : known;
    epoch = null;
  }

  /**
   * The answer to a join.
   *
   * @param stated whether it stated our position, so that resumed or reset follows
   * @param promised whether it said another wish where to begin, so that resumed follows
   */
  List<RoomEvent> joined(ServerMessage.Joined joined, boolean stated, boolean promised) {
    announced.clear();
    if (stated) {
      return List.of();
    }
    fresh = true;
    placed = placed || !promised;
    Position old = forgotten;
    forgotten = null;
    if (old != null) {
      return List.of(reset(old, joined.epoch(), joined.head(), joined.oldest(), SESSION_EXPIRED));
    }
    Position before = position();
    if (before != null && !joined.epoch().equals(before.epoch())) {
      left = before; // the server keeps our place, and now in another log
    }
    move(joined.epoch(), joined.head() + 1);
    return List.of();
  }

  @Nullable List<RoomEvent> resumed(ServerMessage.Resumed resumed) {
    placed = true;
    RoomEvent told = new RoomEvent.Resumed(room, resumed.epoch(), resumed.from(), resumed.to());
    if (fresh) {
      Position old = left;
      left = null;
      fresh = false;
      if (old != null) {
        long head = resumed.from() - 1;
        return List.of(reset(old, resumed.epoch(), head, null, EPOCH_CHANGED), told);
      }
      move(resumed.epoch(), resumed.from());
      return List.of(told);
    }
    if (!resumed.epoch().equals(epoch)) {
      // It cannot be the same log, whatever this server takes it for.
      long head = resumed.from() - 1;
      return List.of(reset(position(), resumed.epoch(), head, null, EPOCH_CHANGED), told);
    }
    return with(missingBefore(resumed.from()), told);
  }

  List<RoomEvent> reset(ServerMessage.Reset reset) {
    fresh = false;
    placed = true;
    Position old = left == null ? position() : left;
    left = null;
    return List.of(reset(old, reset.epoch(), reset.head(), reset.oldest(), reset.reason()));
  }

  @Nullable List<RoomEvent> message(Entry entry) {
    List<RoomEvent> events = missingBefore(entry.offset());
    if (events == null || entry.offset() < expected) {
      return events;
    }
    fresh = false;
    expected = entry.offset() + 1;
    boolean again = entry.offset() <= highest || entry.offset() == retried;
    highest = Math.max(highest, entry.offset());
    return with(events, new Message(room, epoch == null ? "" : epoch, entry, again));
  }

  List<RoomEvent> gap(ServerMessage.Gap gap) {
    if (!gap.epoch().equals(epoch)) {
      return List.of();
    }
    List<Range> news = announce(gap.ranges());
    return news.isEmpty()
        ? List.of()
        : List.of(new RoomEvent.Gap(room, gap.epoch(), news, gap.reason()));
  }

  List<RoomEvent> skipped(ServerMessage.Skipped skipped) {
    List<Range> news = announce(skipped.ranges());
    return news.isEmpty() ? List.of() : List.of(new RoomEvent.Skipped(room, news));
  }

  /** Only backwards: forwards it would hide a loss. */
  List<RoomEvent> rewind(ServerMessage.Rewind rewind) {
    if (rewind.to() >= expected) {
      return List.of();
    }
    expected = rewind.to() + 1;
    retried = rewind.attempt() > 1 ? expected : 0;
    return List.of(new RoomEvent.Rewind(room, rewind.to(), rewind.attempt()));
  }

  /** Nothing came since the entry with this offset, says the server. */
  @Nullable List<RoomEvent> head(long head) {
    return placed ? missingBefore(head + 1) : List.of();
  }

  /** Begins to tolerate: what is missing now will be given up when it is missing again. */
  RoomEvent.Missing askAgain(long reached) {
    askedAgain = expected;
    return missing(reached, false);
  }

  private @Nullable List<RoomEvent> missingBefore(long offset) {
    expected = announced.pass(expected);
    if (offset <= expected) {
      return List.of();
    }
    if (askedAgain != expected) {
      return null;
    }
    RoomEvent lost = missing(offset, true);
    expected = offset;
    askedAgain = 0;
    return List.of(lost);
  }

  private RoomEvent.Missing missing(long reached, boolean lost) {
    List<Range> ranges = List.of(new Range(expected, reached - 1));
    return new RoomEvent.Missing(room, epoch == null ? "" : epoch, ranges, lost);
  }

  private RoomEvent reset(
      @Nullable Position old, String newEpoch, long head, @Nullable Long oldest, String reason) {
    announced.clear();
    move(newEpoch, head + 1);
    return new RoomEvent.Reset(room, old, newEpoch, head, oldest, reason);
  }

  private void move(String newEpoch, long next) {
    if (!newEpoch.equals(epoch)) {
      highest = 0;
      retried = 0;
    }
    epoch = newEpoch;
    expected = next;
  }

  /** Remembers what will not come, and gives back what of it is news. */
  private List<Range> announce(List<Range> ranges) {
    // All of it, as long as nothing has said where reading begins.
    List<Range> news = fresh ? ranges : Announced.news(ranges, expected);
    announced.add(news);
    expected = announced.pass(expected);
    return news;
  }

  private static @Nullable List<RoomEvent> with(@Nullable List<RoomEvent> before, RoomEvent last) {
    if (before == null) {
      return null;
    }
    return before.isEmpty() ? List.of(last) : List.of(before.getFirst(), last);
  }
}
