package dev.carillon.core;

/** Gives each room its policy. Safe for use by many threads; the same name, the same policy. */
@FunctionalInterface
public interface Policies {
  /** Every room has the default policy, every inbox that of inboxes. */
  Policies DEFAULT =
      room ->
          room.isInbox()
              ? RoomPolicy.INBOX
              : room.isDeadLetters() ? RoomPolicy.DEAD_LETTERS : RoomPolicy.DEFAULT;

  /** The policy of a room. */
  RoomPolicy of(RoomName room);
}
