package dev.carillon.client;

import dev.carillon.wire.Order;
import dev.carillon.wire.Position;
import dev.carillon.wire.Start;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A room's past, page after page; what comes in meanwhile is not part of it. For one thread. */
final class Past implements Iterator<Message> {
  private final Function<HistoryQuery, HistoryPage> pages;
  private final HistoryQuery wish;
  private final boolean newest;

  /** The newest of each key are known from the end only. */
  private final boolean back;

  private final Set<String> keys = new HashSet<>();
  private final Deque<Message> ready = new ArrayDeque<>();
  private HistoryQuery next;
  private boolean first = true;
  private boolean over;
  private long head;
  private long floor;
  private int left;

  Past(Function<HistoryQuery, HistoryPage> pages, HistoryQuery wish) {
    this.pages = pages;
    this.wish = wish;
    newest = wish.order() == Order.NEWEST;
    back = newest || wish.compact();
    Integer limit = wish.limit();
    left = limit == null ? Integer.MAX_VALUE : limit;
    boolean behind = back && !newest && wish.start() instanceof Start.From;
    floor = behind && wish.start() instanceof Start.From(var position) ? position.offset() : 0;
    next = page(behind ? null : wish.start());
  }

  private HistoryQuery page(@Nullable Start start) {
    return new HistoryQuery(start, null, back ? Order.NEWEST : Order.OLDEST, wish.compact());
  }

  @Override
  public boolean hasNext() {
    while (left > 0 && !over && (ready.isEmpty() || turns())) {
      read();
    }
    return left > 0 && !ready.isEmpty();
  }

  /** Whether all of it has to be there before the first can be given out. */
  private boolean turns() {
    return back && !newest;
  }

  @Override
  public Message next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there is nothing more in the past");
    }
    left--;
    return turns() ? ready.removeLast() : ready.removeFirst();
  }

  private void read() {
    HistoryPage page = pages.apply(next);
    if (first) {
      first = false;
      head = page.head();
      if (wish.start() instanceof Start.Last(var count)) {
        floor = Math.max(floor, head - count);
      }
    }
    for (Message message : page.messages()) {
      if (isOver(message)) {
        over = true;
        return;
      }
      String key = message.key();
      if (!wish.compact() || key == null || keys.add(key)) {
        ready.add(message);
      }
    }
    over = !page.more() || page.messages().isEmpty();
    if (!over) {
      long edge = page.messages().getLast().offset();
      next = page(new Start.From(new Position(page.epoch(), back ? edge - 1 : edge)));
    }
  }

  private boolean isOver(Message message) {
    if (!back) {
      return message.offset() > head;
    }
    boolean early =
        wish.start() instanceof Start.Since(var millis) && message.time().toEpochMilli() < millis;
    return early || message.offset() <= floor;
  }
}
