package dev.carillon.client;

import dev.carillon.wire.DataType;
import dev.carillon.wire.Entry;
import dev.carillon.wire.Position;
import dev.carillon.wire.Priority;
import dev.carillon.wire.Sender;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a room. Immutable.
 *
 * @param room the room
 * @param epoch what its offset belongs to
 * @param entry the message as the server sent it
 * @param redelivered whether it has been handed on before, and comes again because it was not
 *     acknowledged
 */
public record Message(String room, String epoch, Entry entry, boolean redelivered)
    implements RoomEvent {

  /** The data as text: text as it is, JSON as it was written, bytes in base64. */
  public String data() {
    return type() == DataType.BINARY
        ? Base64.getEncoder().encodeToString(entry.payload().bytes())
        : entry.payload().string();
  }

  /** The data as bytes; text and JSON in UTF-8. The message's own array: do not change it. */
  public byte[] bytes() {
    return entry.payload().bytes();
  }

  /** What the data is. */
  public DataType type() {
    return entry.payload().type();
  }

  /** Its place in the room. */
  public long offset() {
    return entry.offset();
  }

  /** Where a reader is who has this message; good for {@link JoinOptions#from}. */
  public Position position() {
    return new Position(epoch, entry.offset());
  }

  /** The name that its publisher gave to this kind of message. */
  public @Nullable String event() {
    return entry.event();
  }

  /** Who published it, if that is shown. */
  public @Nullable Sender sender() {
    return entry.sender();
  }

  /** When the server took it. */
  public Instant time() {
    return Instant.ofEpochMilli(entry.time());
  }

  /** Its id in the room, if its publisher gave one. */
  public @Nullable String id() {
    return entry.messageId();
  }

  /** What conflation and compaction go by, if given. */
  public @Nullable String key() {
    return entry.key();
  }

  /** What filters look at. */
  public Map<String, String> tags() {
    return entry.tags();
  }

  /** Its priority. */
  public Priority priority() {
    return entry.priority();
  }
}
