package dev.carillon.broker.memory;

import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Keeping;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far the subscriptions of one room have come. Guarded by the room's lock. */
final class MemoryCursors {
  private static final long SWEEP_MILLIS = 60_000;

  private record Kept(Broker.Cursor cursor, long used) {}

  private final SubscriptionPolicy policy;

  /** The one that was used longest ago comes first. */
  private final Map<Subscriber, Kept> cursors = new LinkedHashMap<>(4);

  private long settled = Keeping.ALL;
  private long sweptAt;

  MemoryCursors(SubscriptionPolicy policy) {
    this.policy = policy;
  }

  Broker.@Nullable Cursor get(Subscriber who, long now) {
    sweep(now);
    Kept kept = cursors.get(who);
    return kept == null ? null : kept.cursor();
  }

  /** The cursor that is kept from now on; null when there are as many as there may be. */
  Broker.@Nullable Cursor settle(Subscriber who, Broker.Cursor wanted, long head, long now) {
    sweep(now);
    Kept known = cursors.remove(who);
    if (known == null && cursors.size() >= policy.most()) {
      return null;
    }
    Broker.Cursor before = known == null ? null : known.cursor();
    Broker.Cursor cursor =
        before != null && before.acked() > wanted.acked()
            ? before
            : new Broker.Cursor(wanted.epoch(), Math.min(wanted.acked(), head), wanted.failures());
    cursors.put(who, new Kept(cursor, now));
    if (before == null) {
      settled = Math.min(settled, cursor.acked());
    } else if (before.acked() == settled) {
      settled = lowest();
    }
    return cursor;
  }

  /** Up to where all have acknowledged. */
  long settled() {
    return settled;
  }

  long settledAt(long now) {
    if (now - sweptAt >= SWEEP_MILLIS) {
      sweep(now);
    }
    return settled;
  }

  boolean isEmptyAt(long now) {
    sweep(now);
    return cursors.isEmpty();
  }

  private void sweep(long now) {
    sweptAt = now;
    var oldest = cursors.values().iterator();
    boolean forgotten = false;
    while (oldest.hasNext() && now - oldest.next().used() > policy.unusedFor().toMillis()) {
      oldest.remove();
      forgotten = true;
    }
    if (forgotten) {
      settled = lowest();
    }
  }

  private long lowest() {
    long lowest = Keeping.ALL;
    for (Kept kept : cursors.values()) {
      lowest = Math.min(lowest, kept.cursor().acked());
    }
    return lowest;
  }
}
