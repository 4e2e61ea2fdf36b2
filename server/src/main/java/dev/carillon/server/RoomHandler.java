package dev.carillon.server;

/**
 * Is told of a room as a whole. Runs on a virtual thread, so it may block; all hooks of one room
 * run one after the other.
 */
@FunctionalInterface
public interface RoomHandler {
  /** It has happened to this room. */
  void on(RoomAddress room);
}
