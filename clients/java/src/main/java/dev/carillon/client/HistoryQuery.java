package dev.carillon.client;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Order;
import dev.carillon.wire.Position;
import dev.carillon.wire.Start;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a room's past is wanted. Immutable.
 *
 * @param start where to begin; null for the end that the order begins with
 * @param limit how many messages at most; null for the server's choice
 * @param order oldest or newest first
 * @param compact whether only the newest message of each key is wanted
 */
public record HistoryQuery(
    @Nullable Start start, @Nullable Integer limit, Order order, boolean compact) {
  /** From the oldest message on. */
  public static final HistoryQuery OLDEST = new HistoryQuery(null, null, Order.OLDEST, false);

  /** From the newest message back. */
  public static final HistoryQuery NEWEST = new HistoryQuery(null, null, Order.NEWEST, false);

  /** What lies behind a position, by rising offset. */
  public static HistoryQuery after(Position position) {
    return new HistoryQuery(new Start.From(position), null, Order.OLDEST, false);
  }

  /**
   * The last messages, oldest first.
   *
   * @param count how many, at least 1
   */
  public static HistoryQuery last(int count) {
    return new HistoryQuery(new Start.Last(count), null, Order.OLDEST, false);
  }

  /** What came since then, oldest first. */
  public static HistoryQuery since(Instant time) {
    return new HistoryQuery(new Start.Since(time.toEpochMilli()), null, Order.OLDEST, false);
  }

  /** The same, newest first. */
  public HistoryQuery newestFirst() {
    return new HistoryQuery(start, limit, Order.NEWEST, compact);
  }

  /** The same from another start. */
  public HistoryQuery withStart(Start other) {
    return new HistoryQuery(other, limit, order, compact);
  }

  /** The same with at most so many messages. */
  public HistoryQuery withLimit(int messages) {
    return new HistoryQuery(start, messages, order, compact);
  }

  /** The same with only the newest message of each key. */
  public HistoryQuery compacted() {
    return new HistoryQuery(start, limit, order, true);
  }

  ClientMessage message(long id, String room) {
    Long most = limit == null ? null : Long.valueOf(limit);
    return new ClientMessage.History(id, room, start, most, order, compact);
  }
}
