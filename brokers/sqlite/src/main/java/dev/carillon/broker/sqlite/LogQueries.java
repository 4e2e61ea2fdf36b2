package dev.carillon.broker.sqlite;

import dev.carillon.core.Entry;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.User;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.SessionStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of rooms and their logs on one connection. Confined to who owns that. After a
 * failure it is closed and made anew, because the driver closes a statement that failed.
 */
final class LogQueries implements AutoCloseable {
  private final Policies policies;
  private final InstantSource clock;
  private final Statement plain;
  private final PreparedStatement room;
  private final PreparedStatement time;
  private final PreparedStatement entries;
  private final PreparedStatement names;
  private final Subscriptions subscriptions;

  LogQueries(Connection connection, Policies policies, InstantSource clock) throws SQLException {
    this.policies = policies;
    this.clock = clock;
    plain = connection.createStatement();
    room =
        connection.prepareStatement(
            "SELECT id, epoch, oldest, head, bytes, publishers, used FROM room WHERE name = ?");
    time = connection.prepareStatement("SELECT time FROM message WHERE place = ?");
    entries =
        connection.prepareStatement(
            "SELECT "
                + MessageRow.COLUMNS
                + " FROM message WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?");
    subscriptions = new Subscriptions(connection);
    names =
        connection.prepareStatement(
            "SELECT name FROM room WHERE name >= ? AND name < ? ORDER BY name");
  }

  @Override
  public void close() throws SQLException {
    for (Statement statement : List.of(plain, room, time, entries, names)) {
      statement.close();
    }
    subscriptions.close();
  }

  /** From here to {@link #end()} all questions are about one moment. */
  void begin() throws SQLException {
    plain.execute("BEGIN");
  }

  void end() throws SQLException {
    plain.execute("COMMIT");
  }

  /** After a failure: ends what was begun, and closes. */
  void abandon() {
    try {
      plain.execute("ROLLBACK");
    } catch (SQLException alreadyEnded) {
      // Nothing was begun, or SQLite has ended it.
    }
    try {
      close();
    } catch (SQLException failed) {
      // The statements are gone with the connection at the latest.
    }
  }

  @Nullable StoredRoom room(RoomName name) throws SQLException {
    room.setString(1, name.value());
    try (ResultSet row = room.executeQuery()) {
      return row.next()
          ? StoredRoom.of(
              name,
              row.getLong(1),
              row.getBytes(2),
              row.getLong(3),
              row.getLong(4),
              row.getLong(5),
              row.getInt(6),
              row.getLong(7))
          : null;
    }
  }

  /** Rooms by name, as many as match and no more than the limit. */
  List<RoomName> rooms(Wildcard matching, int limit) throws SQLException {
    List<RoomName> found = new ArrayList<>();
    String prefix = matching.prefix();
    // Names are ASCII, so what begins with the prefix is below the prefix and a later character.
    names.setString(1, prefix);
    names.setString(2, prefix + "\u007f");
    try (ResultSet rows = names.executeQuery()) {
      while (found.size() < limit && rows.next()) {
        String name = rows.getString(1);
        RoomName room = RoomName.flaw(name) == null ? RoomName.of(name) : null;
        if (room != null && matching.matches(room)) {
          found.add(room);
        }
      }
    }
    return found;
  }

  /** The sessions that are kept. */
  List<SessionStore.Kept> sessions() throws SQLException {
    List<SessionStore.Kept> found = new ArrayList<>();
    try (ResultSet row =
        plain.executeQuery(
            "SELECT id, user, guest, shard, rooms, current, previous, began, lost FROM session")) {
      while (row.next()) {
        found.add(
            new SessionStore.Kept(
                row.getString(1),
                new User(row.getString(2), row.getInt(3) != 0),
                row.getInt(4),
                rooms(row.getString(5)),
                row.getString(6),
                row.getString(7),
                row.getLong(8),
                row.getLong(9)));
      }
      return found;
    } catch (IllegalArgumentException wrong) {
      throw new SQLException("a session is damaged: " + wrong.getMessage(), wrong);
    }
  }

  private static List<RoomName> rooms(String names) {
    return names.isEmpty() ? List.of() : names.lines().map(RoomName::ofStored).toList();
  }

  /** What a room holds now; what is too old does not count, whether or not it is still there. */
  Broker.Extent extent(StoredRoom of) throws SQLException {
    RoomPolicy policy = policies.of(of.name());
    long now = clock.millis();
    long oldest = firstSinceIfOlder(of, of.oldest(), now - policy.retention().age().toMillis());
    if (oldest > of.oldest() && policy.delivery() == RoomPolicy.Delivery.DURABLE) {
      long settled = subscriptions.settled(of);
      if (settled < oldest - 1) {
        long from = Math.max(of.oldest(), settled + 1);
        long tooOld = now - policy.subscriptions().held().age().toMillis();
        oldest = Math.min(oldest, firstSinceIfOlder(of, from, tooOld));
      }
    }
    return new Broker.Extent(of.epoch(), oldest, of.head());
  }

  private long firstSinceIfOlder(StoredRoom of, long from, long since) throws SQLException {
    return from <= of.head() && timeOf(of, from) < since ? firstSince(of, from + 1, since) : from;
  }

  Broker.@Nullable Cursor cursor(StoredRoom of, Subscriber who) throws SQLException {
    return subscriptions.cursor(of, who);
  }

  Broker.Extent find(StoredRoom of, long since) throws SQLException {
    Broker.Extent extent = extent(of);
    return new Broker.Extent(of.epoch(), firstSince(of, extent.oldest(), since), of.head());
  }

  Broker.Page page(StoredRoom of, long from, int limit, int maxBytes) throws SQLException {
    Broker.Extent extent = extent(of);
    long next = Math.max(from, extent.oldest());
    List<Entry> page = new ArrayList<>();
    if (next > extent.head()) {
      return new Broker.Page(extent, page);
    }
    entries.setLong(1, of.place(next));
    entries.setLong(2, of.place(extent.head()));
    entries.setInt(3, limit);
    long bytes = 0;
    try (ResultSet rows = entries.executeQuery()) {
      while ((bytes < maxBytes || page.isEmpty()) && rows.next()) {
        Entry entry = MessageRow.entry(rows);
        if (entry.offset() != next) {
          throw missing(of, next);
        }
        next++;
        page.add(entry);
        bytes += entry.message().weight();
      }
    }
    if (page.isEmpty()) {
      throw missing(of, next);
    }
    return new Broker.Page(extent, page);
  }

  /** Times do not fall within a log but by clock steps, which this search tolerates. */
  private long firstSince(StoredRoom of, long from, long since) throws SQLException {
    long low = from;
    long high = of.head() + 1;
    while (low < high) {
      long middle = low + high >>> 1;
      if (timeOf(of, middle) < since) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long timeOf(StoredRoom of, long offset) throws SQLException {
    time.setLong(1, of.place(offset));
    try (ResultSet row = time.executeQuery()) {
      if (!row.next()) {
        throw missing(of, offset);
      }
      return row.getLong(1);
    }
  }

  private static SQLException missing(StoredRoom of, long offset) {
    return new SQLException(
        "the database is damaged: room %s holds %d to %d, but offset %d is missing"
            .formatted(of.name(), of.oldest(), of.head(), offset));
  }
}
