package dev.carillon.protocol.plain;

import dev.carillon.core.Disconnect;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Range;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.EventStream;
import dev.carillon.core.spi.EventText;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Opening;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A room's event stream. What its reader has to know is an event with a name of its own, and with
 * the position from which it would be right to come back. Confined to the shard.
 */
final class PlainStream implements Conversation {
  private static final long JOIN = 1;

  /** How long a client waits before it comes back, unless it is told another time. */
  private static final long RETRY_MILLIS = 1000;

  private final Opening opening;
  private final Line line;
  private final EventStream events;
  private final Bytes scratch = new Bytes(256);
  private Address.@Nullable Place place;

  PlainStream(Opening opening, Line line, EventStream events) {
    this.opening = opening;
    this.line = line;
    this.events = events;
  }

  @Override
  public void opened() {
    switch (Address.ofStream(opening)) {
      case Address.Flawed(String flaw) -> line.close(Disconnect.BAD_MESSAGE, flaw);
      case Address.Place understood -> {
        place = understood;
        line.authenticate(opening.credentials(), understood.arrival());
      }
    }
  }

  @Override
  public void received(Payload.Kind frame, ByteBuffer bytes) {}

  @Override
  public void accepted(Session session) {
    Address.Place room = place;
    if (room != null) {
      session.join(JOIN, room.room(), JoinOptions.from(room.from()));
    }
  }

  @Override
  public void refused(Problem problem) {
    if (problem.retryAfterMillis() > 0) {
      events.retryAfter(problem.retryAfterMillis());
    }
    line.close(PlainConversation.disconnect(problem), problem.detail());
  }

  @Override
  public void tell(Notice notice) {
    switch (notice) {
      case Notice.Joined answer ->
          joined(new Position(answer.head().epoch(), answer.next() - 1), answer.head());
      case Notice.Resumed answer ->
          joined(
              new Position(answer.epoch(), answer.from() - 1),
              new Position(answer.epoch(), answer.to()));
      case Notice.Reset reset -> reset(reset);
      case Notice.Gap gap -> gap(gap);
      case Notice.Skipped skipped -> tell("skipped", null, ranges(skipped.ranges()) + "}");
      case Notice.Stale stale -> tell("stale", null, "{\"since\":" + stale.since() + "}");
      case Notice.Heads heads -> heads.rooms().values().forEach(this::fresh);
      case Notice.Goodbye goodbye -> goodbye(goodbye);
      case Notice.Refused refused ->
          line.close(PlainConversation.disconnect(refused.problem()), refused.problem().detail());
      case Notice.Left left ->
          line.close(Disconnect.FORBIDDEN, "the server ended this room's reading");
      default -> {} // answers to what is never asked
    }
  }

  /** The position is told at once, so that a client which loses the stream now comes back to it. */
  private void joined(Position at, Position head) {
    scratch.clear(256);
    EventText.retry(RETRY_MILLIS, scratch);
    tell("joined", at, "{\"epoch\":\"%s\",\"head\":%d}".formatted(head.epoch(), head.offset()));
  }

  /** Told only where the room was stale, as nobody asks for heads here. */
  private void fresh(long head) {
    tell("fresh", null, "{\"head\":" + head + "}");
  }

  private void reset(Notice.Reset reset) {
    EventText.retry(RETRY_MILLIS, scratch);
    Position head = reset.head();
    tell(
        "reset",
        head,
        "{\"epoch\":\"%s\",\"head\":%d,\"oldest\":%d,\"reason\":\"%s\"}"
            .formatted(
                head.epoch(),
                head.offset(),
                reset.oldest(),
                reset.reason().equals("position-ahead")
                    ? "ahead"
                    : reset.reason().replace('-', '_')));
  }

  /** Told at once, and so before the join's own answer where it belongs to that. */
  private void gap(Notice.Gap gap) {
    Position last = new Position(gap.epoch(), gap.ranges().getLast().to());
    tell("gap", last, ranges(gap.ranges()) + ",\"reason\":\"" + gap.reason() + "\"}");
  }

  private void goodbye(Notice.Goodbye goodbye) {
    scratch.clear(256);
    EventText.retry(Math.max(RETRY_MILLIS, goodbye.retryAfterMillis()), scratch);
    tell("goodbye", null, "{\"retry_after\":" + goodbye.retryAfterMillis() + "}");
  }

  /** Ends the event that is in the scratch, perhaps with a field already. */
  private void tell(String name, @Nullable Position id, String json) {
    if (id != null) {
      EventText.id(id, scratch);
    }
    EventText.name(name, scratch);
    EventText.data(json, scratch);
    EventText.end(scratch);
    events.send(scratch);
    scratch.clear(256);
  }

  private static String ranges(List<Range> ranges) {
    StringBuilder json = new StringBuilder("{\"ranges\":[");
    for (Range range : ranges) {
      json.append(json.charAt(json.length() - 1) == '[' ? "[" : ",[");
      json.append(range.from()).append(',').append(range.to()).append(']');
    }
    return json.append(']').toString();
  }
}
