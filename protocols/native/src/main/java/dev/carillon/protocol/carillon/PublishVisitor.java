package dev.carillon.protocol.carillon;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Visit;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ServerMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Publishes a request's body to a room. Confined to the shard. */
final class PublishVisitor extends RoomVisitor {
  private static final long PUBLISH = 1;
  private static final int MAX_NAME = 200;
  private static final long MAX_COUNT = 999_999_999_999_999L;

  private final SharedCodec codec;
  private Payload payload = Payload.EMPTY;
  private Draft.@Nullable Stamp stamp;
  private long ttl;

  PublishVisitor(SharedCodec codec, Resource.Request request, Visit visit) {
    super(codec, request, visit);
    this.codec = codec;
  }

  @Override
  void read() {
    payload = request().body().kind() == Payload.Kind.JSON ? json() : request().body();
    name("event");
    name("key");
    Long wanted = number("ttl", 0, MAX_COUNT);
    ttl = wanted == null ? 0 : wanted;
    String publisher = name("publisher");
    Long sequence = number("sequence", 1, MAX_COUNT);
    Long incarnation = number("incarnation", 1, MAX_COUNT);
    Long previous = number("previous", 0, MAX_COUNT);
    if ((publisher == null) != (sequence == null)) {
      throw new BadRequest("publisher and sequence belong together");
    }
    String once = name("message_id");
    if (once != null && publisher != null) {
      throw new BadRequest("message_id and publisher exclude each other");
    }
    if (once != null) {
      stamp = once(once);
    }
    if (publisher != null && sequence != null) {
      stamp =
          new Draft.Stamp(
              publisher,
              incarnation == null ? 1 : incarnation,
              sequence,
              previous == null ? sequence - 1 : previous);
      if (stamp.previous() >= sequence) {
        throw new BadRequest("previous must be less than sequence");
      }
    }
  }

  private static Draft.Stamp once(String id) {
    try {
      return Draft.Stamp.once(id);
    } catch (IllegalArgumentException flawed) {
      throw new BadRequest(String.valueOf(flawed.getMessage()));
    }
  }

  private @Nullable String name(String parameter) {
    String name = opening().parameter(parameter);
    if (name != null && (name.isEmpty() || name.length() > MAX_NAME)) {
      throw new BadRequest(parameter + " has 1 to " + MAX_NAME + " characters");
    }
    return name;
  }

  /**
   * The body, if it is one JSON value, without the space around it. It is read as the data of a
   * message, and has to be all of that.
   */
  private Payload json() {
    byte[] body = trimmed(request().body().bytes());
    byte[] before =
        "{\"op\":\"publish\",\"room\":\"r\",\"type\":\"json\",\"data\":"
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuffer message = ByteBuffer.allocate(before.length + body.length + 1);
    message.put(before).put(body).put((byte) '}').flip();
    if (codec.decode(message) instanceof ClientMessage.Publish publish
        && Arrays.equals(publish.payload().bytes(), body)) {
      return new Payload(Payload.Kind.JSON, body);
    }
    throw new BadRequest(
        "the body is not one JSON value that nests at most 64 levels; send text as text/plain");
  }

  private static byte[] trimmed(byte[] json) {
    int from = 0;
    int to = json.length;
    while (from < to && isSpace(json[from])) {
      from++;
    }
    while (to > from && isSpace(json[to - 1])) {
      to--;
    }
    return Arrays.copyOfRange(json, from, to);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  @Override
  void ask(Session session, RoomName room) {
    session.publish(
        PUBLISH,
        room,
        new Draft(
            opening().parameter("event"),
            payload,
            Map.of(),
            opening().parameter("key"),
            0,
            ttl,
            true,
            stamp));
  }

  @Override
  public void tell(Notice notice) {
    if (notice instanceof Notice.Published published) {
      answer(
          200,
          new ServerMessage.Published(
              PUBLISH,
              published.room().value(),
              published.position().epoch().toString(),
              published.position().offset(),
              ToWire.level(published.level()),
              published.duplicate(),
              null),
          published.position());
    } else {
      refused(notice);
    }
  }
}
