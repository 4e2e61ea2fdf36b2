package dev.carillon.protocol.plain;

import dev.carillon.core.Entry;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Encoding;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Streaming;
import java.util.List;

/**
 * Plain connections: {@code /rooms/{room}} is the room, {@code ?last=20} or {@code
 * ?from={epoch}:{offset}} says where to begin, each frame is a message. JSON leaves as text.
 *
 * <p>Such a peer cannot be told anything but by closing: one that lost messages is disconnected
 * with the position to come back with as the reason ({@code lag {epoch}:{offset}}, 4408), a
 * position that cannot be continued ends with {@code reset {epoch}:{head}} (4412), a message that
 * was not taken ends the connection with a sentence that says why.
 */
public final class PlainProtocol implements Protocol {
  static final String PATH = "/rooms/";

  private static final Encoding PAYLOADS = PlainProtocol::encode;

  /** The protocol; found by {@link java.util.ServiceLoader}. */
  public PlainProtocol() {}

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public List<String> subprotocols() {
    return List.of();
  }

  @Override
  public boolean answers(String path) {
    return path.startsWith(PATH);
  }

  @Override
  public Encoding encoding() {
    return PAYLOADS;
  }

  @Override
  public Streaming streaming() {
    return PlainEvents.ROOM;
  }

  @Override
  public Conversation open(Opening opening, Line line) {
    return new PlainConversation(opening, line);
  }

  private static Payload.Kind encode(RoomName room, Entry entry, Bytes into) {
    Payload payload = entry.message().payload();
    into.put(payload.bytes());
    return payload.kind() == Payload.Kind.BINARY ? Payload.Kind.BINARY : Payload.Kind.TEXT;
  }
}
