package dev.carillon.core;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a connection: who the session was, where it was, and what proves a claim to it.
 *
 * @param unsettled what it had not acknowledged, by room
 * @param current the secret of the newest token given out
 * @param previous the secret of the token by which it was last taken up; dies when the newest one
 *     is used, so that a lost welcome loses no session
 * @param began when it first connected, milliseconds since 1970
 * @param lostAt when it lost its connection, milliseconds since 1970
 */
record DetachedSession(
    Member self,
    List<RoomName> rooms,
    Map<RoomName, Unsettled> unsettled,
    String current,
    @Nullable String previous,
    long began,
    long lostAt) {
  DetachedSession {
    rooms = List.copyOf(rooms);
  }
}
