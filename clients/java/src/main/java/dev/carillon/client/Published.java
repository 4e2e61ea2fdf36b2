package dev.carillon.client;

import dev.carillon.wire.Level;
import dev.carillon.wire.Position;
import dev.carillon.wire.ServerMessage;
import org.jspecify.annotations.Nullable;

/**
 * A publication is in its room. Immutable.
 *
 * @param room the room that it is in
 * @param position its place there
 * @param level what it would survive
 * @param duplicate whether it was there already, from an attempt that lost its answer
 * @param readers how many readers were attached, if that was asked
 */
public record Published(
    String room, Position position, Level level, boolean duplicate, @Nullable Long readers) {
  static Published of(ServerMessage.Published said) {
    Position position = new Position(said.epoch(), said.offset());
    return new Published(said.room(), position, said.level(), said.duplicate(), said.readers());
  }
}
