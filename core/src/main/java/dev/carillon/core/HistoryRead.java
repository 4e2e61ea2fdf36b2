package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's request for a stretch of a room's log, answered from the broker. Confined to the
 * session's shard. Rising offsets are one read; falling ones, and the newest of each key, are read
 * backwards.
 */
final class HistoryRead {
  /** About how much one answer carries: a room has its turn after each. */
  private static final int MAX_BYTES = 64 << 10;

  private final Session session;
  private final Consumer<Notice> tell;
  private final long ref;
  private final RoomName room;
  private final HistoryOptions wish;
  private final From from;

  HistoryRead(
      Session session, Consumer<Notice> tell, long ref, RoomName room, HistoryOptions wish) {
    this.session = session;
    this.tell = tell;
    this.ref = ref;
    this.room = room;
    this.wish = wish;
    this.from = wish.from();
  }

  void begin() {
    if (wish.newest() || wish.compact()) {
      find(from instanceof From.Since(long millis) ? millis : 0);
      return;
    }
    switch (from) {
      case From.After(Position seen) -> read(seen.offset() + 1, wish.limit());
      case From.Since(long millis) -> find(millis);
      case From.Now now -> find(Long.MAX_VALUE);
      case From.Last last -> find(Long.MAX_VALUE);
    }
  }

  private void find(long millis) {
    Shard shard = session.shard();
    shard.broker().find(room, millis, answer -> shard.post(() -> found(answer)));
  }

  private void found(Broker.Answer<Broker.Extent> answer) {
    switch (answer) {
      case Broker.Answer.Failed<Broker.Extent>(var problem) -> failed(problem);
      case Broker.Answer.Done<Broker.Extent>(var held) -> {
        if (wish.newest() || wish.compact()) {
          backwards(held);
        } else {
          forwards(held);
        }
      }
    }
  }

  private void failed(Problem problem) {
    tell.accept(new Notice.Refused(ref, room, problem));
  }

  // -- Forwards ----------------------------------------------------------------------------------

  private void forwards(Broker.Extent held) {
    long first =
        switch (from) {
          case From.Last(int count) -> Math.max(1, held.head() - Math.min(count, wish.limit()) + 1);
          case From.Since since -> held.oldest();
          case From.Now now -> held.head() + 1;
          case From.After after -> held.head() + 1;
        };
    if (first > held.head()) {
      tell.accept(new Notice.History(ref, room, held, List.of(), false));
    } else {
      read(first, wish.limit());
    }
  }

  private void read(long first, int most) {
    Shard shard = session.shard();
    shard.broker().read(room, first, most, MAX_BYTES, answer -> shard.post(() -> answered(answer)));
  }

  private void answered(Broker.Answer<Broker.Page> answer) {
    switch (answer) {
      case Broker.Answer.Failed<Broker.Page>(var problem) -> failed(problem);
      case Broker.Answer.Done<Broker.Page>(var page) -> {
        if (isOf(page.extent())) {
          forwards(page);
        }
      }
    }
  }

  private void forwards(Broker.Page page) {
    List<Entry> entries = page.entries();
    boolean more = !entries.isEmpty() && entries.getLast().offset() < page.extent().head();
    List<Entry> own = entries.stream().filter(this::isForReader).toList();
    if (own.isEmpty() && more) { // or the client would not know from where to ask on
      read(entries.getLast().offset() + 1, wish.limit());
    } else {
      tell.accept(new Notice.History(ref, room, page.extent(), own, more));
    }
  }

  private boolean isForReader(Entry entry) {
    return entry.message().isFor(session.user());
  }

  /** Whether the stated position is of this log; if not, that is the answer. */
  private boolean isOf(Broker.Extent held) {
    if (!(from instanceof From.After(Position seen)) || seen.epoch().equals(held.epoch())) {
      return true;
    }
    Position head = new Position(held.epoch(), held.head());
    tell.accept(
        new Notice.Reset(ref, room, seen.epoch(), head, held.oldest(), "epoch-changed", null));
    return false;
  }

  // -- Backwards ---------------------------------------------------------------------------------

  private void backwards(Broker.Extent held) {
    if (!isOf(held)) {
      return;
    }
    long lowest = held.oldest();
    long highest = held.head();
    switch (from) {
      case From.After(Position seen) when wish.newest() ->
          highest = Math.min(highest, seen.offset());
      case From.After(Position seen) -> lowest = Math.max(lowest, seen.offset() + 1);
      case From.Last(int count) -> lowest = Math.max(lowest, highest - count + 1);
      case From.Now now -> lowest = highest + 1;
      case From.Since since -> {}
    }
    Epoch epoch = held.epoch();
    new Backwards(session.shard(), room, epoch, lowest, highest, new Collector(held)).begin();
  }

  /** What is wanted of what is read backwards, newest first. */
  private final class Collector implements Backwards.Visitor {
    private final Broker.Extent held;
    private final List<Entry> found = new ArrayList<>();
    private final Set<String> keys = new HashSet<>(0);
    private int looked;
    private int bytes;

    Collector(Broker.Extent held) {
      this.held = held;
    }

    @Override
    public boolean isThere() {
      return !session.isClosed();
    }

    @Override
    public boolean visit(Entry entry) {
      if (found.size() == wish.limit()
          || bytes >= MAX_BYTES
          || wish.compact() && looked == HistoryOptions.LOOKED_AT) {
        return false;
      }
      looked++;
      if (!isForReader(entry)) {
        return true;
      }
      String key = entry.message().key();
      if (!wish.compact() || key == null || keys.add(key)) {
        found.add(entry);
        bytes += entry.message().weight();
      }
      return true;
    }

    @Override
    public void done(boolean more, @Nullable Problem problem) {
      if (problem != null) {
        failed(problem);
        return;
      }
      if (!wish.newest()) {
        Collections.reverse(found);
      }
      tell.accept(new Notice.History(ref, room, held, List.copyOf(found), more));
    }
  }
}
