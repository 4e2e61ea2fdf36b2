package dev.carillon.client;

import dev.carillon.wire.Member;
import dev.carillon.wire.Position;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.Range;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that a room tells, in the order in which it happened. Immutable. */
public sealed interface RoomEvent
    permits Message,
        RoomEvent.Gap,
        RoomEvent.Skipped,
        RoomEvent.Reset,
        RoomEvent.Resumed,
        RoomEvent.Rewind,
        RoomEvent.Stale,
        RoomEvent.Fresh,
        RoomEvent.PresenceChanged,
        RoomEvent.Missing,
        RoomEvent.Trouble,
        RoomEvent.Ended {

  /** The room's name. */
  String room();

  /**
   * These messages existed and are lost to this reader.
   *
   * @param room the room
   * @param epoch what the offsets belong to
   * @param ranges which, rising and apart
   * @param reason such as {@code trimmed}, {@code conflated}, {@code lagged}, {@code shed}
   */
  record Gap(String room, String epoch, List<Range> ranges, String reason) implements RoomEvent {}

  /**
   * These were not meant for this reader: filtered out, its own, expired.
   *
   * @param room the room
   * @param ranges which, rising and apart
   */
  record Skipped(String room, List<Range> ranges) implements RoomEvent {}

  /**
   * The position belongs to another log: what was between is unknown. Reading goes on behind {@code
   * head}; what the room still holds can be read with {@link Room#history}.
   *
   * @param room the room
   * @param old the position that was given up, null when there was none
   * @param epoch the epoch from now on
   * @param head its last offset
   * @param oldest the oldest offset that can still be read, null when there is none
   * @param reason such as {@code epoch_changed}, {@code ahead}, {@code session_expired}
   */
  record Reset(
      String room,
      @Nullable Position old,
      String epoch,
      long head,
      @Nullable Long oldest,
      String reason)
      implements RoomEvent {}

  /**
   * What was missed comes now, up to and including {@code to}; what follows is live.
   *
   * @param room the room
   * @param epoch what the offsets belong to
   * @param from the first entry that follows
   * @param to the last of them; {@code from - 1} when nothing was missed
   */
  record Resumed(String room, String epoch, long from, long to) implements RoomEvent {}

  /**
   * What was not acknowledged comes again.
   *
   * @param room the room
   * @param to the offset behind which reading goes on
   * @param attempt which delivery of the next message this is, from 2
   */
  record Rewind(String room, long to, long attempt) implements RoomEvent {}

  /**
   * The room's storage cannot be asked, so there may be messages that nobody here knows of. Ends
   * with {@link Fresh}.
   *
   * @param room the room
   * @param since since when
   */
  record Stale(String room, Instant since) implements RoomEvent {}

  /**
   * A room that was {@link Stale} is up to date again: what came meanwhile has come, or comes next.
   *
   * @param room the room
   */
  record Fresh(String room) implements RoomEvent {}

  /**
   * Who is in the room has changed. Only in rooms joined with {@link JoinOptions#presence}.
   *
   * @param room the room
   * @param event what happened
   * @param member whom it happened to; null for {@link PresenceEvent#COUNT}
   * @param count how many are there now
   */
  record PresenceChanged(String room, PresenceEvent event, @Nullable Member member, long count)
      implements RoomEvent {}

  /**
   * Offsets did not come, and nobody announced it: a fault of the server or of something between.
   * The first time the room is joined again from before them.
   *
   * @param room the room
   * @param epoch what the offsets belong to
   * @param ranges which
   * @param lost whether they were missing again, so that reading goes on behind them
   */
  record Missing(String room, String epoch, List<Range> ranges, boolean lost)
      implements RoomEvent {}

  /**
   * Something is wrong in the room that no call is waiting for. The client deals with it.
   *
   * @param room the room
   * @param error what is wrong
   */
  record Trouble(String room, CarillonException error) implements RoomEvent {}

  /**
   * The room is no longer read, though nobody left it. The last event of a room; a wildcard or the
   * inbox goes on without it.
   *
   * @param room the room
   * @param error why
   */
  record Ended(String room, CarillonException error) implements RoomEvent {}
}
