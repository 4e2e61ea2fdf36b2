package dev.carillon.core.spi;

import dev.carillon.core.Entry;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;

/**
 * How one protocol puts a room's messages, the same for all its readers: no connection's own
 * identifiers in it. Equal input gives equal bytes. Safe for use by many threads.
 */
public interface Encoding {
  /**
   * Appends one message.
   *
   * @param room where it was published; a {@linkplain RoomName#isPresence() companion room} when a
   *     member came or went
   * @return whether the frame is text ({@code TEXT}) or binary ({@code BINARY})
   */
  Payload.Kind encode(RoomName room, Entry entry, Bytes into);
}
