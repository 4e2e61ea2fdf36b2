package dev.carillon.broker.memory;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Message;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Keeping;
import dev.carillon.core.spi.Sequencing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One room's log, its followers and what is remembered of its publishers, behind one lock. */
final class MemoryRoom {
  /** What a room takes, about, that has no message and no publisher, in bytes. */
  static final int OWN_WEIGHT = 1000;

  /** What a publisher takes, about, of which few sequences are remembered, in bytes. */
  private static final int PUBLISHER_WEIGHT = 250;

  /** How many publishers are remembered in a room that is read, where memory is short. */
  private static final int PUBLISHERS_IF_SHORT = 100;

  /** How long an empty room is remembered by its epoch and head. */
  static final long META_TTL_MILLIS = 3_600_000;

  private static final int PUBLISHERS = 10_000;

  private final RoomName name;
  private final RoomPolicy policy;
  private final Epoch epoch;
  private final TotalWeight totalWeight;
  private final List<Broker.Feed> feeds = new ArrayList<>(1);
  private final Map<String, MemoryPublisher> publishers =
      new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, MemoryPublisher> eldest) {
          return size() > PUBLISHERS;
        }
      };

  /** A ring; the entry of an offset stands at that offset modulo its length. */
  private @Nullable Entry[] ring = new Entry[8];

  /** Null until somebody subscribes. */
  private @Nullable MemoryCursors cursors;

  private long first = 1;
  private long head;
  private long weight;

  /** What the sum of all rooms has of this one. */
  private long said;

  /** How many batches have been appended, for the broker's sweep. */
  private int batches;

  private long lastUsed;
  private boolean retired;

  MemoryRoom(RoomName name, RoomPolicy policy, Epoch epoch, TotalWeight totalWeight) {
    this.name = name;
    this.policy = policy;
    this.epoch = epoch;
    this.totalWeight = totalWeight;
    said = totalWeight.change(0, OWN_WEIGHT);
  }

  RoomName name() {
    return name;
  }

  /** When it was used last, milliseconds since 1970. */
  synchronized long lastUsed() {
    return lastUsed;
  }

  /** Gives no results at all when the room has been retired. */
  synchronized List<Broker.Appended> append(
      List<Broker.Append> batch, long now, boolean overWeight) {
    if (retired) {
      return List.of();
    }
    lastUsed = now;
    batches++;
    List<Broker.Appended> results = new ArrayList<>(batch.size());
    List<Entry> added = new ArrayList<>(batch.size());
    for (Broker.Append append : batch) {
      results.add(append(append, isFull(overWeight), added));
    }
    trim(now, overWeight);
    say();
    if (!added.isEmpty()) {
      for (Broker.Feed feed : feeds) {
        feed.entries(epoch, added);
      }
    }
    return results;
  }

  /** Whether it has taken a multiple of so many batches. Only a hint when others append, too. */
  boolean hasTaken(int multiple) {
    return batches % multiple == 0;
  }

  private boolean isFull(boolean overWeight) {
    long bytes = overWeight ? Long.MAX_VALUE : weight;
    return cursors != null && Keeping.isFull(policy, first, count(), bytes, cursors.settled());
  }

  private long count() {
    return head - first + 1;
  }

  private Broker.Appended append(Broker.Append append, boolean full, List<Entry> added) {
    var stamp = append.draft().stamp();
    String owned = append.publisher();
    if (stamp == null || owned == null) {
      return full ? Keeping.full(name, count()) : store(append, added);
    }
    MemoryPublisher publisher = publishers.get(owned);
    long incarnation = publisher == null ? 0 : publisher.incarnation();
    long last = publisher == null ? 0 : publisher.lastSequence();
    Sequencing judged = Sequencing.of(stamp, incarnation, last);
    if (judged == Sequencing.REPEATED && publisher != null) {
      long offset = publisher.offsetOf(stamp.sequence());
      return offset == 0
          ? Sequencing.FORGOTTEN.failure(stamp, last)
          : new Broker.Appended.Stored(new Position(epoch, offset), Broker.Level.MEMORY, true);
    }
    if (judged != Sequencing.NEXT) {
      return judged.failure(stamp, last);
    }
    if (full) {
      return Keeping.full(name, count());
    }
    if (publisher == null || incarnation != stamp.incarnation()) {
      publisher = new MemoryPublisher(stamp.incarnation());
      publishers.put(owned, publisher);
    }
    Broker.Appended stored = store(append, added);
    publisher.remember(stamp.sequence(), head);
    return stored;
  }

  private Broker.Appended store(Broker.Append append, List<Entry> added) {
    Message message = append.message();
    if (head - first + 1 == ring.length) {
      grow();
    }
    Entry entry = new Entry(++head, message);
    ring[slot(head)] = entry;
    weight += message.weight();
    added.add(entry);
    return new Broker.Appended.Stored(new Position(epoch, head), Broker.Level.MEMORY, false);
  }

  synchronized Broker.@Nullable Extent attach(Broker.Feed feed, long now) {
    if (retired) {
      return null;
    }
    lastUsed = now;
    feeds.add(feed);
    return extent(now);
  }

  synchronized void detach(Broker.Feed feed) {
    feeds.remove(feed);
  }

  synchronized Broker.Page read(long from, int limit, int maxBytes, long now) {
    Broker.Extent extent = extent(now);
    List<Entry> entries = new ArrayList<>();
    int bytes = 0;
    for (long offset = Math.max(from, first);
        offset <= head && entries.size() < limit && (bytes < maxBytes || entries.isEmpty());
        offset++) {
      Entry entry = entry(offset);
      entries.add(entry);
      bytes += entry.message().weight();
    }
    return new Broker.Page(extent, entries);
  }

  synchronized Broker.Extent find(long since, long now) {
    extent(now);
    long low = first;
    long high = head + 1;
    while (low
        < high) { // times do not fall within a log but by clock steps, which search tolerates
      long middle = (low + high) >>> 1;
      if (entry(middle).message().time() < since) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return new Broker.Extent(epoch, low, head);
  }

  /** Whether the room may be forgotten; from then on it takes nothing any more. */
  synchronized boolean retire(long now) {
    trim(now, false);
    return retireIf(head < first && now - lastUsed > META_TTL_MILLIS, now);
  }

  /** Whether {@link #giveUp} could make it weigh less. */
  synchronized boolean canGiveUp() {
    boolean wanted = !feeds.isEmpty() || cursors != null;
    return !retired && (!wanted || count() > 1 || publishers.size() > PUBLISHERS_IF_SHORT);
  }

  /**
   * Memory is short: gives up all but the newest message and publishers; or everything where the
   * room was not used since then, or has no more, and nobody reads it or has subscribed to it.
   *
   * @return how much less it weighs, in bytes; of a room that is to be forgotten see {@link
   *     #isRetired}
   */
  synchronized long giveUp(long now, long usedSince) {
    long before = said;
    if (retireIf(lastUsed < usedSince || count() <= 1, now)) {
      return before;
    }
    trim(now, true);
    var oldest = publishers.values().iterator();
    while (publishers.size() > PUBLISHERS_IF_SHORT) {
      oldest.next();
      oldest.remove();
    }
    say();
    return before - said;
  }

  /** Whether it takes nothing any more. */
  synchronized boolean isRetired() {
    return retired;
  }

  private boolean retireIf(boolean due, long now) {
    if (due && feeds.isEmpty() && (cursors == null || cursors.isEmptyAt(now))) {
      retired = true;
      said = totalWeight.change(said, 0);
    }
    return retired;
  }

  synchronized Broker.Subscription subscription(Subscriber who, long now) {
    return new Broker.Subscription(extent(now), cursors == null ? null : cursors.get(who, now));
  }

  /** Gives no answer when the room has been retired. */
  synchronized Broker.@Nullable Answer<Broker.Cursor> settle(
      Subscriber who, Broker.Cursor cursor, long now) {
    if (retired) {
      return null;
    }
    if (!cursor.epoch().equals(epoch)) {
      return Keeping.otherEpoch(name);
    }
    MemoryCursors known = cursors == null ? new MemoryCursors(policy.subscriptions()) : cursors;
    Broker.Cursor kept = known.settle(who, cursor, head, now);
    if (kept == null) {
      return Keeping.tooMany(name, policy.subscriptions().most());
    }
    cursors = known;
    return new Broker.Answer.Done<>(kept);
  }

  private Broker.Extent extent(long now) {
    trim(now, false);
    return new Broker.Extent(epoch, first, head);
  }

  private void trim(long now, boolean toTheLast) {
    if (first > head) {
      return;
    }
    long settled = cursors == null ? Keeping.ALL : cursors.settledAt(now);
    while (first <= head && (toTheLast && first < head || drops(settled, now))) {
      weight -= entry(first).message().weight();
      ring[slot(first++)] = null;
    }
  }

  private boolean drops(long settled, long now) {
    long time = entry(first).message().time();
    return Keeping.drops(policy, first, time, count(), weight, settled, now);
  }

  private Entry entry(long offset) {
    Entry entry = ring[slot(offset)];
    if (entry == null) {
      throw new IllegalStateException(
          "offset " + offset + " of " + first + ".." + head + " is gone");
    }
    return entry;
  }

  private int slot(long offset) {
    return (int) (offset & ring.length - 1);
  }

  private void grow() {
    @Nullable Entry[] larger = new Entry[ring.length * 2];
    for (long offset = first; offset <= head; offset++) {
      larger[(int) (offset & larger.length - 1)] = ring[slot(offset)];
    }
    ring = larger;
  }

  private void say() {
    long now = OWN_WEIGHT + weight + (long) publishers.size() * PUBLISHER_WEIGHT;
    said = totalWeight.change(said, now);
  }
}
