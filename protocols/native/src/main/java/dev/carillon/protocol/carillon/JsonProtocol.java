package dev.carillon.protocol.carillon;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.EventStream;
import dev.carillon.core.spi.EventText;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Streaming;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.JsonCodec;

/**
 * {@code carillon.v1.json}: also for clients that name no subprotocol, in event streams, and in
 * single requests to a room.
 */
public final class JsonProtocol extends CarillonProtocol {
  private final Streaming streaming;
  private final Resource rooms;

  /** The protocol; found by {@link java.util.ServiceLoader}. */
  public JsonProtocol() {
    this(new SharedCodec(JsonCodec::new));
  }

  private JsonProtocol(SharedCodec codec) {
    super(codec);
    this.streaming = new Events(codec);
    this.rooms = new RoomResource(codec);
  }

  @Override
  public boolean answers(String path) {
    return path.equals("/") || path.equals("/ws");
  }

  @Override
  public Streaming streaming() {
    return streaming;
  }

  @Override
  public Resource resource() {
    return rooms;
  }

  /** Each message of the server as the data of an event without a name. */
  private record Events(SharedCodec codec) implements Streaming {
    @Override
    public void append(RoomName room, Epoch epoch, Entry entry, Bytes into) {
      ByteSink message = CarillonEncoding.sink(codec, room, entry);
      EventText.data(message.array(), 0, message.size(), into);
      EventText.end(into);
    }

    @Override
    public Conversation open(Opening opening, Line line, EventStream events) {
      return new CarillonConversation(codec, opening.credentials(), line, events);
    }
  }
}
