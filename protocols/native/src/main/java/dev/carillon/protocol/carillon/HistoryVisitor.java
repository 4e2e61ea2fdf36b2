package dev.carillon.protocol.carillon;

import dev.carillon.core.Entry;
import dev.carillon.core.From;
import dev.carillon.core.HistoryOptions;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Visit;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a room: the last messages, or those behind a position, at once or ({@code wait}) when there
 * are some. Confined to the shard.
 */
final class HistoryVisitor extends RoomVisitor {
  private static final int USUAL = 100;
  private static final long MAX_WAIT_MILLIS = 60_000;
  private static final long READ = 1;
  private static final long JOIN = 2;

  private From from = new From.Last(USUAL);
  private int limit = USUAL;
  private long wait;
  private boolean waiting;
  private boolean late;
  private @Nullable Session session;
  private @Nullable RoomName room;

  HistoryVisitor(SharedCodec codec, Resource.Request request, Visit visit) {
    super(codec, request, visit);
  }

  @Override
  void read() {
    Long most = number("limit", 1, CarillonConversation.MAX_HISTORY);
    Long last = number("last", 0, CarillonConversation.MAX_HISTORY);
    String position = opening().parameter("from");
    if (last != null && position != null) {
      throw new BadRequest("last and from exclude each other, give one of them");
    }
    if (position != null) {
      Position seen = Position.parse(position);
      if (seen == null) {
        throw new BadRequest(
            "from must be a position, 32 hexadecimal digits, a colon and an offset");
      }
      from = new From.After(seen);
    }
    limit = most != null ? most.intValue() : last != null ? Math.max(last.intValue(), 1) : USUAL;
    if (position == null) {
      from = new From.Last(last != null ? last.intValue() : limit);
    }
    wait = millis(opening().parameter("wait"));
    if (wait > 0 && position == null) {
      throw new BadRequest("wait needs from: the position behind which messages are awaited");
    }
  }

  /** {@code 25s}, {@code 500ms} or a number of seconds. */
  private static long millis(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    String unit = text.endsWith("ms") ? "ms" : text.endsWith("s") ? "s" : "";
    String digits = text.substring(0, text.length() - unit.length());
    if (digits.isEmpty()
        || digits.length() > 6
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new BadRequest("wait must be a time such as 25s or 500ms");
    }
    long number = Long.parseLong(digits);
    return Math.min(unit.equals("ms") ? number : number * 1000, MAX_WAIT_MILLIS);
  }

  @Override
  void ask(Session opened, RoomName asked) {
    session = opened;
    room = asked;
    if (wait > 0) {
      visit().after(wait, this::timeOver);
    }
    opened.history(READ, asked, HistoryOptions.from(from, limit));
  }

  private void timeOver() {
    late = true;
    again();
  }

  @Override
  public void reached() {
    if (waiting) {
      waiting = false;
      again();
    }
  }

  private void again() {
    Session own = session;
    RoomName asked = room;
    if (own != null && asked != null) {
      own.history(READ, asked, HistoryOptions.from(from, limit));
    }
  }

  @Override
  public void tell(Notice notice) {
    switch (notice) {
      case Notice.History history -> history(history);
      case Notice.Reset reset -> reset(reset);
      default -> refused(notice);
    }
  }

  private void history(Notice.History history) {
    Position head = new Position(history.extent().epoch(), history.extent().head());
    if (from instanceof From.After(Position seen)) {
      if (!seen.epoch().equals(head.epoch())) {
        gone("epoch_changed", head);
        return;
      }
      if (seen.offset() > head.offset()) {
        gone("ahead", head);
        return;
      }
      if (history.entries().isEmpty() && wait > 0 && !late) {
        awaitMore(history.room());
        return;
      }
    }
    List<dev.carillon.wire.Entry> messages = new ArrayList<>(history.entries().size());
    history.entries().forEach(entry -> messages.add(ToWire.entry(entry)));
    answer(
        200,
        new ServerMessage.History(
            READ,
            history.room().value(),
            head.epoch().toString(),
            messages,
            head.offset(),
            ToWire.oldest(history.extent().oldest(), head.offset()),
            history.more()),
        reached(history.entries(), head));
  }

  /** Where the next request goes on. */
  private Position reached(List<Entry> entries, Position head) {
    return entries.isEmpty()
        ? from instanceof From.After(Position seen) ? seen : head
        : new Position(head.epoch(), entries.getLast().offset());
  }

  private void awaitMore(RoomName asked) {
    Session own = session;
    if (!waiting && own != null && own.rooms().isEmpty()) {
      waiting = true;
      own.join(JOIN, asked, JoinOptions.from(from));
    } else {
      waiting = true;
    }
  }

  private void reset(Notice.Reset reset) {
    gone(reset.reason().equals("position-ahead") ? "ahead" : "epoch_changed", reset.head());
  }

  private void gone(String why, Position head) {
    visit()
        .refuse(
            new Problem(
                Problem.Reason.BAD_MESSAGE,
                why.equals("ahead")
                    ? "the position lies beyond the room's log; begin anew"
                    : "the position belongs to another epoch of the room; begin anew"),
            false,
            head);
  }
}
