package dev.carillon.protocol.plain;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.EventStream;
import dev.carillon.core.spi.EventText;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Streaming;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A room as an event stream: each message's payload is an event's data and its position the event's
 * id, so that an {@code EventSource} which comes back says by itself what it has. Bytes are base64,
 * in events named {@code binary}.
 */
enum PlainEvents implements Streaming {
  ROOM;

  @Override
  public void append(RoomName room, Epoch epoch, Entry entry, Bytes into) {
    Payload payload = entry.message().payload();
    EventText.id(new Position(epoch, entry.offset()), into);
    if (payload.kind() == Payload.Kind.BINARY) {
      EventText.name("binary", into);
      byte[] text = Base64.getEncoder().encode(payload.bytes());
      EventText.data(new String(text, StandardCharsets.ISO_8859_1), into);
    } else {
      EventText.data(payload.bytes(), 0, payload.size(), into);
    }
    EventText.end(into);
  }

  @Override
  public Conversation open(Opening opening, Line line, EventStream events) {
    return new PlainStream(opening, line, events);
  }
}
