package dev.carillon.core.spi;

import dev.carillon.core.Call;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Range;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.Roster;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session's protocol is told, in order with the messages delivered to it. {@code ref} is the
 * number that the protocol gave to the command that this answers; 0 when it answers none.
 */
public sealed interface Notice {
  /**
   * The room was joined; messages from behind {@code next - 1} follow.
   *
   * @param head the log's head when joining
   * @param oldest the oldest offset retained then
   * @param next the offset that delivery begins with
   * @param roster who is there, or null when presence was not asked for
   */
  record Joined(
      long ref, RoomName room, Position head, long oldest, long next, @Nullable Roster roster)
      implements Notice {}

  /**
   * The room was joined from a position that could be continued: exactly {@code from} to {@code to}
   * follow, then live ones. {@code to} is {@code from - 1} when nothing was missed.
   */
  record Resumed(
      long ref,
      RoomName room,
      Epoch epoch,
      long from,
      long to,
      long oldest,
      @Nullable Roster roster)
      implements Notice {}

  /** Continuity cannot be proved; delivery goes on behind {@code head}. */
  record Reset(
      long ref,
      RoomName room,
      @Nullable Epoch old,
      Position head,
      long oldest,
      String reason,
      @Nullable Roster roster)
      implements Notice {}

  /** These were lost to this reader. {@code reason}: trimmed, conflated, shed, lag. */
  record Gap(RoomName room, Epoch epoch, List<Range> ranges, String reason) implements Notice {}

  /** These were not meant for this reader. */
  record Skipped(RoomName room, List<Range> ranges) implements Notice {}

  /**
   * What was not acknowledged comes again: delivery goes on behind {@code to}.
   *
   * @param attempt which delivery of the next message this is; 1 when an earlier one was lost with
   *     its connection, which does not count
   * @param subscription the one that it is for, or null
   */
  record Rewind(RoomName room, long to, long attempt, @Nullable String subscription)
      implements Notice {}

  /** The room's head cannot be read since then (milliseconds since 1970). */
  record Stale(RoomName room, long since) implements Notice {}

  /**
   * Rooms of which the session has had everything, each with its last offset: what it has not seen
   * of them is lost. They are not stale.
   */
  record Heads(Map<RoomName, Long> rooms) implements Notice {
    public Heads {
      rooms = Collections.unmodifiableMap(new LinkedHashMap<>(rooms));
    }
  }

  /**
   * The room was left; nothing of it follows.
   *
   * @param reason why the server ended it: removed, closed; null when the session asked
   */
  record Left(long ref, RoomName room, @Nullable String reason) implements Notice {}

  /**
   * The publish has a place.
   *
   * @param readers how many readers were attached on this node, or null when that was not asked
   */
  record Published(
      long ref,
      RoomName room,
      Position position,
      Broker.Level level,
      boolean duplicate,
      @Nullable Integer readers)
      implements Notice {}

  /** The publish has no place, or ({@code inDoubt}) it is not known whether it has. */
  record Rejected(long ref, RoomName room, boolean inDoubt, Problem problem) implements Notice {}

  /** A command was refused, and changed nothing. */
  record Refused(long ref, @Nullable RoomName room, Problem problem) implements Notice {}

  /**
   * A stretch of history, as asked for.
   *
   * @param more whether there is more behind the last one
   */
  record History(long ref, RoomName room, Broker.Extent extent, List<Entry> entries, boolean more)
      implements Notice {}

  /** Who is in a room. */
  record Members(long ref, RoomName room, Roster roster) implements Notice {}

  /** A command that has no answer of its own was carried out. */
  record Done(long ref, RoomName room) implements Notice {}

  /** Somebody asks; answered by {@link dev.carillon.core.Session#reply} with this number. */
  record Called(long number, Call call) implements Notice {}

  /** The answer to a call. */
  record Replied(long ref, Reply reply) implements Notice {}

  /** The server is about to close; come back in {@code retryAfterMillis}. */
  record Goodbye(String reason, long retryAfterMillis) implements Notice {}
}
