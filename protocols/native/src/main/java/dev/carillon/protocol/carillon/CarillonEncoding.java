package dev.carillon.protocol.carillon;

import dev.carillon.core.Entry;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Encoding;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.ServerMessage;

/**
 * A room's messages as {@code message}, and those of its companion room as {@code presence}. Safe
 * for use by many threads.
 */
final class CarillonEncoding implements Encoding {
  private final SharedCodec codec;

  CarillonEncoding(SharedCodec codec) {
    this.codec = codec;
  }

  @Override
  public Payload.Kind encode(RoomName room, Entry entry, Bytes into) {
    ByteSink message = sink(codec, room, entry);
    into.put(message.array(), 0, message.size());
    return codec.frame();
  }

  /** One message's bytes, valid until the codec's next on this thread. */
  static ByteSink sink(SharedCodec codec, RoomName room, Entry entry) {
    return codec.encode(
        room.isPresence()
            ? presence(room.subject(), entry)
            : new ServerMessage.Message(room.value(), ToWire.entry(entry)));
  }

  private static ServerMessage presence(RoomName subject, Entry entry) {
    Message message = entry.message();
    PresenceEvent event =
        switch (message.event()) {
          case "join" -> PresenceEvent.JOIN;
          case "leave" -> PresenceEvent.LEAVE;
          case "state" -> PresenceEvent.STATE;
          case null, default -> PresenceEvent.COUNT;
        };
    return new ServerMessage.Presence(
        subject.value(),
        entry.offset(),
        event,
        message.sender() == null ? null : ToWire.member(message.sender()),
        event == PresenceEvent.COUNT ? Long.valueOf(message.payload().asText()) : null);
  }
}
