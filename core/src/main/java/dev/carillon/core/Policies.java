package dev.carillon.core;

/** Gives each room its policy. Safe for use by many threads; the same name, the same policy. */
@FunctionalInterface
public interface Policies {
  /** Every room has the default policy. */
  Policies DEFAULT = room -> RoomPolicy.DEFAULT;

  /** The policy of a room. */
  RoomPolicy of(RoomName room);
}
