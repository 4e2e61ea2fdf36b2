package dev.carillon.core;

import dev.carillon.core.HeldBytes.Kind;
import dev.carillon.core.spi.Shedder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a shard lets go of memory when its node is over the budget: of the kind that holds the most
 * first, and within it from the largest on. Caches are read or encoded again; a connection that is
 * ended can be resumed. Confined to the shard.
 */
final class Shedding {
  private final SegmentPool pool;
  private final Collection<RoomView> views;
  private final Collection<RoomHome> homes;
  private final Ledger ledger;
  private final HeldBytes held;
  private final Runnable forgetIdleRooms;
  private @Nullable Shedder connections;

  Shedding(
      SegmentPool pool,
      Collection<RoomView> views,
      Collection<RoomHome> homes,
      Ledger ledger,
      HeldBytes held,
      Runnable forgetIdleRooms) {
    this.pool = pool;
    this.views = views;
    this.homes = homes;
    this.ledger = ledger;
    this.held = held;
    this.forgetIdleRooms = forgetIdleRooms;
  }

  void connections(Shedder shedder) {
    connections = shedder;
  }

  /** Lets go of about so many bytes. */
  void shed(long bytes) {
    long left = bytes - pool.trim(bytes);
    List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
    kinds.sort(Comparator.comparingLong(held::of).reversed());
    for (Kind kind : kinds) {
      if (left <= 0) {
        return;
      }
      left -= shed(kind, left);
    }
  }

  private long shed(Kind kind, long bytes) {
    return switch (kind) {
      case RENDITIONS -> {
        largest(views, RoomView::renditionBytes, RoomView::dropRenditions, bytes);
        yield pool.trim(Long.MAX_VALUE);
      }
      case PAGES ->
          largest(views, view -> view.paging().bytes(), view -> view.paging().drop(), bytes);
      case LOGS -> largest(homes, RoomHome::logBytes, RoomHome::dropLog, bytes);
      case ROOMS -> {
        long before = held.of(Kind.ROOMS);
        forgetIdleRooms.run();
        yield before - held.of(Kind.ROOMS);
      }
      case PUBLISHES -> 0; // the broker has them; no new ones are taken meanwhile
      case LEDGER -> ledger.shed(bytes);
      case OUTGOING, INCOMING -> connections == null ? 0 : connections.shed(bytes);
    };
  }

  private interface LetGo<T> {
    long from(T holder);
  }

  private static <T> long largest(
      Collection<T> all, ToLongFunction<T> size, LetGo<T> letGo, long bytes) {
    List<T> holders = new ArrayList<>(all.size());
    for (T each : all) {
      if (size.applyAsLong(each) > 0) {
        holders.add(each);
      }
    }
    holders.sort(Comparator.comparingLong(size).reversed());
    long freed = 0;
    for (int i = 0; i < holders.size() && freed < bytes; i++) {
      freed += letGo.from(holders.get(i));
    }
    return freed;
  }
}
