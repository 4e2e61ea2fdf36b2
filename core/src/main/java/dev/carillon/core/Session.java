package dev.carillon.core;

import dev.carillon.core.spi.Notice;

/**
 * Identity, joined rooms and cursors of one client. Confined to its shard. Each command is answered
 * by one {@link Notice} that carries its {@code ref}, at once or later.
 */
public interface Session {
  /** Unique among the sessions of all nodes. */
  String id();

  /** Who it belongs to. */
  User user();

  /**
   * Joins a room. Answered by {@link Notice.Joined}, {@link Notice.Resumed}, {@link Notice.Reset} or
   * {@link Notice.Refused}.
   *
   * @param presence whether to be given the members, and told when they come and go
   */
  void join(long ref, RoomName room, From from, boolean presence);

  /** Leaves a room. Answered by {@link Notice.Left} or {@link Notice.Refused}. */
  void leave(long ref, RoomName room);

  /**
   * Publishes to a room, which need not have been joined. Answered by {@link Notice.Published} or
   * {@link Notice.Rejected}, the publisher's own order kept within a room.
   */
  void publish(long ref, RoomName room, Draft draft);

  /**
   * Reads a stretch of a room's log. Answered by {@link Notice.History} or {@link Notice.Refused}.
   *
   * @param from {@link From.Now} gives only the extent
   * @param limit the most entries to give, 1 to 1,000
   */
  void history(long ref, RoomName room, From from, int limit);

  /** Lists who is in a room. Answered by {@link Notice.Members} or {@link Notice.Refused}. */
  void members(long ref, RoomName room);

  /** The connection: its socket takes bytes again. */
  void writable();

  /** The connection: it is gone. Called once; nothing is told to the session afterwards. */
  void disconnected();
}
