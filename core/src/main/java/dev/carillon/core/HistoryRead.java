package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.List;

/** One client's request for a stretch of a room's log, answered from the broker. */
final class HistoryRead {
  /** About how much one answer carries: a room has its turn after each. */
  private static final int MAX_BYTES = 64 << 10;

  private final Session session;
  private final long ref;
  private final RoomName room;
  private final From from;
  private final int limit;

  HistoryRead(Session session, long ref, RoomName room, From from, int limit) {
    this.session = session;
    this.ref = ref;
    this.room = room;
    this.from = from;
    this.limit = limit;
  }

  void begin() {
    switch (from) {
      case From.After(Position seen) -> read(seen.offset() + 1, limit);
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
      case Broker.Answer.Done<Broker.Extent>(var extent) -> {
        long first =
            switch (from) {
              case From.Last(int count) -> Math.max(1, extent.head() - Math.min(count, limit) + 1);
              case From.Now now -> extent.head() + 1;
              case From.Since since -> extent.oldest();
              case From.After after -> extent.head() + 1;
            };
        if (first > extent.head()) {
          session.tellHistory(new Notice.History(ref, room, extent, List.of(), false));
        } else {
          read(first, limit);
        }
      }
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
        Broker.Extent extent = page.extent();
        if (from instanceof From.After(Position seen) && !seen.epoch().equals(extent.epoch())) {
          Position head = new Position(extent.epoch(), extent.head());
          session.tellHistory(
              new Notice.Reset(
                  ref, room, seen.epoch(), head, extent.oldest(), "epoch-changed", null));
          return;
        }
        List<Entry> entries = page.entries();
        boolean more = !entries.isEmpty() && entries.getLast().offset() < extent.head();
        session.tellHistory(new Notice.History(ref, room, extent, entries, more));
      }
    }
  }

  private void failed(Problem problem) {
    session.tellHistory(new Notice.Refused(ref, room, problem));
  }
}
