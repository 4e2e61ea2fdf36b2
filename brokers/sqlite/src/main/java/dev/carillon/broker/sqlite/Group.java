package dev.carillon.broker.sqlite;

import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Message;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.spi.Broker.Answer;
import dev.carillon.core.spi.Broker.Append;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.core.spi.Broker.Cursor;
import dev.carillon.core.spi.Broker.Level;
import dev.carillon.core.spi.Keeping;
import dev.carillon.core.spi.Sequencing;
import dev.carillon.core.spi.SessionStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The rooms and publishers that the writer has at hand, and what one transaction makes of them:
 * rows of messages at once, those of rooms and publishers when it ends. Confined to the writer,
 * which makes another one after a failure.
 */
final class Group {
  private static final int ROOMS_AT_HAND = 20_000;
  private static final int PUBLISHERS_AT_HAND = 8192;

  /** How many publishers a room remembers. */
  static final int PUBLISHERS_OF_A_ROOM = 10_000;

  /** How many messages beyond those that came are dropped at once. */
  private static final int TRIM_STEP = 256;

  /**
   * How many bytes of a room are dropped at once, beyond twice as many messages as came. Every page
   * of a large message is read to be freed, and everybody waits meanwhile.
   */
  private static final long TRIM_BYTES = 1 << 20;

  /** A publisher in a room. */
  private record Whose(long room, String name) {}

  /** What one batch came to. */
  record Outcome(StoredRoom room, List<Appended> results, List<Entry> entries) {}

  private final Tables tables;
  private final LogQueries queries;
  private final Policies policies;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<RoomName, StoredRoom> rooms = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Whose, Publisher> publishers = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<StoredRoom, Integer> changedRooms = new LinkedHashMap<>();
  private final Map<Whose, StoredRoom> changedPublishers = new LinkedHashMap<>();
  private final Set<StoredRoom> deleted = new LinkedHashSet<>();
  private boolean begun;
  private long commits;
  private long dataVersion;
  private long trimmed;

  Group(
      Tables tables,
      LogQueries queries,
      Policies policies,
      InstantSource clock,
      RandomGenerator random)
      throws SQLException {
    this.tables = tables;
    this.queries = queries;
    this.policies = policies;
    this.clock = clock;
    this.random = random;
    this.commits = tables.commits();
    this.dataVersion = tables.dataVersion();
  }

  // -- Rooms -----------------------------------------------------------------------------------

  /** A room as it is committed, or null if there is none. */
  @Nullable StoredRoom find(RoomName name) throws SQLException {
    StoredRoom room = rooms.get(name);
    if (room == null) {
      room = queries.room(name);
      if (room != null) {
        rooms.put(name, room);
      }
    }
    return room;
  }

  /** A room, made when there is none. */
  StoredRoom open(RoomName name) throws SQLException {
    StoredRoom room = find(name);
    if (room == null) {
      begin();
      Epoch epoch = Epoch.random(random);
      room = new StoredRoom(name, tables.freeRoom(), epoch, clock.millis());
      tables.insertRoom(room);
      rooms.put(name, room);
    }
    return room;
  }

  // -- Messages --------------------------------------------------------------------------------

  Outcome append(RoomName name, List<Append> batch) throws SQLException {
    begin();
    StoredRoom room = open(name);
    if (room.head() + batch.size() > Schema.MAX_OFFSET) {
      throw new SQLException("room " + name + " has used all of its " + room.head() + " offsets");
    }
    List<Appended> results = new ArrayList<>(batch.size());
    List<Entry> entries = new ArrayList<>(batch.size());
    RoomPolicy policy = policies.of(name);
    long settled = settled(room, policy);
    for (Append append : batch) {
      boolean full =
          settled < Keeping.ALL
              && Keeping.isFull(policy, room.oldest(), room.count(), room.bytes(), settled);
      results.add(append(room, append, full, entries));
    }
    if (!entries.isEmpty()) {
      changedRooms.merge(room, entries.size(), Integer::sum);
    }
    return new Outcome(room, results, entries);
  }

  private long settled(StoredRoom room, RoomPolicy policy) throws SQLException {
    return policy.delivery() == RoomPolicy.Delivery.DURABLE
        ? tables.subscriptions().settled(room)
        : Keeping.ALL;
  }

  private Appended append(StoredRoom room, Append append, boolean full, List<Entry> entries)
      throws SQLException {
    Draft.Stamp stamp = append.draft().stamp();
    String owned = append.publisher();
    if (stamp == null || owned == null) {
      return full ? Keeping.full(room.name(), room.count()) : store(room, append, entries);
    }
    Whose whose = new Whose(room.id(), owned);
    Publisher publisher = publisher(room, whose);
    long incarnation = publisher == null ? 0 : publisher.incarnation();
    long last = publisher == null ? 0 : publisher.lastSequence();
    Sequencing judged = Sequencing.of(stamp, incarnation, last);
    if (judged == Sequencing.REPEATED && publisher != null) {
      long offset = publisher.offsetOf(stamp.sequence());
      return offset == 0
          ? Sequencing.FORGOTTEN.failure(stamp, last)
          : new Appended.Stored(new Position(room.epoch(), offset), Level.STORED, true);
    }
    if (judged != Sequencing.NEXT) {
      return judged.failure(stamp, last);
    }
    if (full) {
      return Keeping.full(room.name(), room.count());
    }
    if (publisher == null || incarnation != stamp.incarnation()) {
      if (publisher == null) {
        room.publishersChanged(1);
      }
      publisher = new Publisher(stamp.incarnation());
      publishers.put(whose, publisher);
    }
    Appended stored = store(room, append, entries);
    publisher.remember(stamp.sequence(), room.head());
    changedPublishers.put(whose, room);
    return stored;
  }

  private @Nullable Publisher publisher(StoredRoom room, Whose whose) throws SQLException {
    Publisher publisher = publishers.get(whose);
    if (publisher == null) {
      publisher = tables.publisher(room, whose.name());
      if (publisher != null) {
        publishers.put(whose, publisher);
      }
    }
    return publisher;
  }

  private Appended store(StoredRoom room, Append append, List<Entry> entries) throws SQLException {
    Message message = append.message();
    long offset = room.grow(message.weight(), clock.millis());
    tables.insert(room.place(offset), message);
    entries.add(new Entry(offset, message));
    return new Appended.Stored(new Position(room.epoch(), offset), Level.STORED, false);
  }

  // -- Subscriptions ---------------------------------------------------------------------------

  Answer<Cursor> settle(RoomName name, Subscriber who, Cursor cursor) throws SQLException {
    begin();
    StoredRoom room = open(name);
    if (!room.epoch().equals(cursor.epoch())) {
      return Keeping.otherEpoch(name);
    }
    Subscriptions subscriptions = tables.subscriptions();
    Cursor known = subscriptions.cursor(room, who);
    if (known == null) {
      SubscriptionPolicy policy = policies.of(name).subscriptions();
      if (subscriptions.count(room) >= policy.most()) {
        subscriptions.deleteUnused(room, clock.millis() - policy.unusedFor().toMillis());
        if (subscriptions.count(room) >= policy.most()) {
          return Keeping.tooMany(name, policy.most());
        }
      }
    }
    Cursor kept =
        known != null && known.epoch().equals(cursor.epoch()) && known.acked() > cursor.acked()
            ? known
            : new Cursor(room.epoch(), Math.min(cursor.acked(), room.head()), cursor.failures());
    subscriptions.replace(room, who, kept, clock.millis());
    return new Answer.Done<>(kept);
  }

  // -- What is too much ------------------------------------------------------------------------

  /**
   * Drops what a room's retention no longer covers and publishers that are silent, and the room
   * itself when it is empty and was not used since then.
   */
  void care(
      RoomName name, List<String> silent, long silentSince, long unusedSince, boolean followed)
      throws SQLException {
    begin();
    StoredRoom room = find(name);
    if (room == null) {
      return;
    }
    changedRooms.merge(room, 0, Integer::sum);
    for (String each : silent) {
      room.publishersChanged(-tables.deletePublisher(room, each, silentSince));
      publishers.remove(new Whose(room.id(), each));
    }
    int excess = Math.min(room.publishers() - PUBLISHERS_OF_A_ROOM, TRIM_STEP);
    if (excess > 0) {
      room.publishersChanged(-tables.deleteSilentest(room, excess));
      publishers.keySet().removeIf(whose -> whose.room() == room.id());
    }
    Duration unusedFor = policies.of(name).subscriptions().unusedFor();
    tables.subscriptions().deleteUnused(room, clock.millis() - unusedFor.toMillis());
    if (!followed
        && room.used() < unusedSince
        && room.count() == 0
        && tables.subscriptions().count(room) == 0) {
      deleted.add(room);
    }
  }

  // -- Sessions --------------------------------------------------------------------------------

  /** Keeps a session, or forgets it where there is nothing to keep. */
  void keep(String id, SessionStore.@Nullable Kept kept) throws SQLException {
    begin();
    if (kept == null) {
      tables.deleteSession(id);
    } else {
      tables.replaceSession(kept);
    }
  }

  /** Drops what is too much, in steps, so that nobody waits long; {@code came} sets the pace. */
  private void trim(StoredRoom room, int came) throws SQLException {
    RoomPolicy policy = policies.of(room.name());
    long settled = settled(room, policy);
    long now = clock.millis();
    long oldest = room.oldest();
    long weight = 0;
    try (ResultSet rows = tables.oldest(room, 2 * came + TRIM_STEP)) {
      while (rows.next()) {
        long count = room.head() - oldest + 1;
        long bytes = room.bytes() - weight;
        if (weight >= TRIM_BYTES && oldest - room.oldest() >= 2L * came) {
          break;
        }
        if (!Keeping.drops(policy, oldest, rows.getLong(3), count, bytes, settled, now)) {
          break;
        }
        weight += rows.getLong(2);
        oldest++;
      }
    }
    if (oldest > room.oldest()) {
      tables.deleteMessages(room, room.oldest(), oldest - 1);
      trimmed += oldest - room.oldest();
      room.trimmed(oldest, weight);
    }
  }

  // -- The transaction -------------------------------------------------------------------------

  private void begin() throws SQLException {
    if (begun) {
      return;
    }
    tables.begin();
    begun = true;
    long version = tables.dataVersion();
    if (version != dataVersion) { // somebody else wrote: what is at hand may be wrong
      dataVersion = version;
      rooms.clear();
      publishers.clear();
      commits = tables.commits();
    }
  }

  /** Has a transaction in which nothing is changed. */
  void touch() throws SQLException {
    begin();
  }

  /** Whether there is anything to commit. */
  boolean isBegun() {
    return begun;
  }

  /** Writes what is still to be written, and commits. */
  void commit() throws SQLException {
    long now = clock.millis();
    for (Map.Entry<Whose, StoredRoom> changed : changedPublishers.entrySet()) {
      Publisher publisher = publishers.get(changed.getKey());
      if (publisher != null) {
        tables.replacePublisher(changed.getValue(), changed.getKey().name(), publisher, now);
      }
    }
    for (Map.Entry<StoredRoom, Integer> changed : changedRooms.entrySet()) {
      StoredRoom room = changed.getKey();
      trim(room, changed.getValue());
      if (deleted.contains(room)) {
        tables.deleteRoom(room);
        rooms.remove(room.name());
        publishers.keySet().removeIf(whose -> whose.room() == room.id());
      } else {
        tables.updateRoom(room);
      }
    }
    tables.setCommits(commits + 1);
    tables.commit();
    ended();
    commits++;
  }

  private void ended() {
    begun = false;
    changedRooms.clear();
    changedPublishers.clear();
    deleted.clear();
    forgetBeyond(rooms, ROOMS_AT_HAND);
    forgetBeyond(publishers, PUBLISHERS_AT_HAND);
  }

  private static <K, V> void forgetBeyond(Map<K, V> recent, int limit) {
    var eldest = recent.keySet().iterator();
    for (int excess = recent.size() - limit; excess > 0; excess--) {
      eldest.next();
      eldest.remove();
    }
  }

  /** How many groups have been committed, ever. */
  long commits() {
    return commits;
  }

  /** How many messages it has dropped. */
  long trimmed() {
    return trimmed;
  }
}
