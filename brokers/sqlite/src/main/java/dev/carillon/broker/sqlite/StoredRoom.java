package dev.carillon.broker.sqlite;

import dev.carillon.core.Epoch;
import dev.carillon.core.RoomName;
import java.nio.ByteBuffer;

/** A room's row, as it is or is about to be committed. Confined to whoever read it. */
final class StoredRoom {
  private final RoomName name;
  private final long id;
  private final Epoch epoch;
  private long oldest;
  private long head;
  private long bytes;
  private int publishers;
  private long used;

  StoredRoom(RoomName name, long id, Epoch epoch, long used) {
    this.name = name;
    this.id = id;
    this.epoch = epoch;
    this.oldest = 1;
    this.used = used;
  }

  /** A row with all that it says. */
  static StoredRoom of(
      RoomName name,
      long id,
      byte[] epoch,
      long oldest,
      long head,
      long bytes,
      int publishers,
      long used) {
    ByteBuffer bits = ByteBuffer.wrap(epoch);
    StoredRoom room = new StoredRoom(name, id, new Epoch(bits.getLong(), bits.getLong()), used);
    room.oldest = oldest;
    room.head = head;
    room.bytes = bytes;
    room.publishers = publishers;
    return room;
  }

  RoomName name() {
    return name;
  }

  long id() {
    return id;
  }

  Epoch epoch() {
    return epoch;
  }

  byte[] epochBytes() {
    return bytes(epoch);
  }

  /** An epoch as it stands in a row. */
  static byte[] bytes(Epoch epoch) {
    return ByteBuffer.allocate(16).putLong(epoch.high()).putLong(epoch.low()).array();
  }

  long oldest() {
    return oldest;
  }

  long head() {
    return head;
  }

  /** How many messages there are. */
  long count() {
    return head - oldest + 1;
  }

  /** What they weigh. */
  long bytes() {
    return bytes;
  }

  int publishers() {
    return publishers;
  }

  /** When it was last published to, in milliseconds since 1970. */
  long used() {
    return used;
  }

  /** The place of an offset in the table of messages. */
  long place(long offset) {
    return id << Schema.OFFSET_BITS | offset;
  }

  /** Gives the next offset to a message of this weight. */
  long grow(int weight, long now) {
    bytes += weight;
    used = Math.max(used, now);
    return ++head;
  }

  void trimmed(long newOldest, long weight) {
    oldest = newOldest;
    bytes = newOldest > head ? 0 : bytes - weight;
  }

  void publishersChanged(int by) {
    publishers += by;
  }
}
