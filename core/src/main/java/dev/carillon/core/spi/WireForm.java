package dev.carillon.core.spi;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.RoomName;

/**
 * One way to put messages on a connection: a protocol's {@link Encoding} and a transport's framing.
 * Readers with the same instance share their bytes. Confined to one shard.
 */
public interface WireForm {
  /**
   * Appends one message of a room's epoch, framed. Equal input gives equal bytes.
   *
   * @param compress whether the room allows that it is compressed, where the form can
   */
  void append(RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into);
}
