package dev.carillon.broker.sqlite;

import dev.carillon.core.Message;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.SessionStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is changed in the database, statement by statement. Confined to the writer. After a failure
 * it is closed and made anew, because the driver closes a statement that failed.
 */
final class Tables implements AutoCloseable {
  private final List<Statement> all = new ArrayList<>();
  private final Statement plain;
  private final PreparedStatement begin;
  private final PreparedStatement commit;
  private final PreparedStatement count;
  private final PreparedStatement version;
  private final PreparedStatement log;
  private final PreparedStatement insertCommon;
  private final PreparedStatement insertAll;
  private final PreparedStatement oldest;
  private final PreparedStatement deleteMessages;
  private final PreparedStatement insertRoom;
  private final PreparedStatement updateRoom;
  private final PreparedStatement publisher;
  private final PreparedStatement replacePublisher;
  private final PreparedStatement replaceSession;
  private final PreparedStatement deleteSession;
  private final Subscriptions subscriptions;
  private @Nullable BitSet usedRooms;

  Tables(Connection connection) throws SQLException {
    plain = connection.createStatement();
    all.add(plain);
    begin = prepare(connection, "BEGIN IMMEDIATE");
    commit = prepare(connection, "COMMIT");
    count = prepare(connection, "UPDATE commits SET count = ?");
    version = prepare(connection, "PRAGMA data_version");
    log = prepare(connection, "PRAGMA wal_checkpoint(NOOP)");
    insertCommon = prepare(connection, MessageRow.INSERT_COMMON);
    insertAll = prepare(connection, MessageRow.INSERT_ALL);
    oldest =
        prepare(
            connection,
            "SELECT place, weight, time FROM message WHERE place BETWEEN ? AND ?"
                + " ORDER BY place LIMIT ?");
    deleteMessages = prepare(connection, "DELETE FROM message WHERE place BETWEEN ? AND ?");
    insertRoom = prepare(connection, "INSERT INTO room VALUES (?,?,?,1,0,0,0,?)");
    updateRoom =
        prepare(
            connection,
            "UPDATE room SET oldest = ?, head = ?, bytes = ?, publishers = ?, used = ?"
                + " WHERE id = ?");
    publisher =
        prepare(
            connection, "SELECT incarnation, results FROM publisher WHERE room = ? AND name = ?");
    replaceSession =
        prepare(connection, "INSERT OR REPLACE INTO session VALUES (?,?,?,?,?,?,?,?,?)");
    deleteSession = prepare(connection, "DELETE FROM session WHERE id = ?");
    replacePublisher = prepare(connection, "INSERT OR REPLACE INTO publisher VALUES (?,?,?,?,?,?)");
    subscriptions = new Subscriptions(connection);
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement prepared = connection.prepareStatement(sql);
    all.add(prepared);
    return prepared;
  }

  @Override
  public void close() throws SQLException {
    for (Statement statement : all) {
      statement.close();
    }
    subscriptions.close();
  }

  // -- Transactions ----------------------------------------------------------------------------

  void begin() throws SQLException {
    begin.execute();
  }

  void commit() throws SQLException {
    commit.execute();
  }

  /** Ends a transaction that failed; SQLite may have ended it already. */
  void rollback() {
    try {
      plain.execute("ROLLBACK");
    } catch (SQLException alreadyEnded) {
      // What matters is whether the next transaction can begin, and that one says so itself.
    }
  }

  /** How many groups have been committed, ever. */
  long commits() throws SQLException {
    return number("SELECT count FROM commits");
  }

  void setCommits(long value) throws SQLException {
    count.setLong(1, value);
    count.executeUpdate();
  }

  /** Differs from before when somebody else has changed the database. */
  long dataVersion() throws SQLException {
    try (ResultSet row = version.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  // -- Messages --------------------------------------------------------------------------------

  void insert(long place, Message message) throws SQLException {
    boolean all = MessageRow.isSeldom(message);
    PreparedStatement insert = all ? insertAll : insertCommon;
    MessageRow.bind(insert, place, message, all);
    insert.executeUpdate();
  }

  /** The oldest messages of a room: place, weight, time. To be closed. */
  ResultSet oldest(StoredRoom room, int limit) throws SQLException {
    oldest.setLong(1, room.place(room.oldest()));
    oldest.setLong(2, room.place(room.head()));
    oldest.setInt(3, limit);
    return oldest.executeQuery();
  }

  void deleteMessages(StoredRoom room, long first, long last) throws SQLException {
    deleteMessages.setLong(1, room.place(first));
    deleteMessages.setLong(2, room.place(last));
    deleteMessages.executeUpdate();
  }

  // -- Rooms -----------------------------------------------------------------------------------

  /**
   * A number for a new room.
   *
   * @throws SQLException if there are as many rooms as there can be
   */
  long freeRoom() throws SQLException {
    BitSet used = usedRooms;
    if (used == null) {
      long next = 1 + number("SELECT max(id) FROM room");
      if (next <= Schema.MAX_ROOM) {
        return next;
      }
      used = new BitSet();
      try (ResultSet rows = plain.executeQuery("SELECT id FROM room")) {
        while (rows.next()) {
          used.set(rows.getInt(1));
        }
      }
      usedRooms = used;
    }
    int free = used.nextClearBit(1);
    if (free > Schema.MAX_ROOM) {
      throw new SQLException("there are " + Schema.MAX_ROOM + " rooms, and there can be no more");
    }
    return free;
  }

  void insertRoom(StoredRoom room) throws SQLException {
    insertRoom.setLong(1, room.id());
    insertRoom.setString(2, room.name().value());
    insertRoom.setBytes(3, room.epochBytes());
    insertRoom.setLong(4, room.used());
    insertRoom.executeUpdate();
    BitSet used = usedRooms;
    if (used != null) {
      used.set((int) room.id());
    }
  }

  void updateRoom(StoredRoom room) throws SQLException {
    updateRoom.setLong(1, room.oldest());
    updateRoom.setLong(2, room.head());
    updateRoom.setLong(3, room.bytes());
    updateRoom.setInt(4, room.publishers());
    updateRoom.setLong(5, room.used());
    updateRoom.setLong(6, room.id());
    updateRoom.executeUpdate();
  }

  void deleteRoom(StoredRoom room) throws SQLException {
    plain.executeUpdate("DELETE FROM publisher WHERE room = " + room.id());
    plain.executeUpdate("DELETE FROM subscription WHERE room = " + room.id());
    plain.executeUpdate("DELETE FROM room WHERE id = " + room.id());
    usedRooms = null; // read again when it matters
  }

  // -- Publishers ------------------------------------------------------------------------------

  @Nullable Publisher publisher(StoredRoom room, String name) throws SQLException {
    publisher.setLong(1, room.id());
    publisher.setString(2, name);
    try (ResultSet row = publisher.executeQuery()) {
      return row.next() ? Publisher.of(row.getLong(1), row.getBytes(2)) : null;
    } catch (IllegalArgumentException damaged) {
      throw new SQLException(
          "the database is damaged: what is remembered of publisher %s in room %s: %s"
              .formatted(name, room.name(), damaged.getMessage()),
          damaged);
    }
  }

  void replacePublisher(StoredRoom room, String name, Publisher state, long now)
      throws SQLException {
    replacePublisher.setLong(1, room.id());
    replacePublisher.setString(2, name);
    replacePublisher.setLong(3, state.incarnation());
    replacePublisher.setLong(4, state.lastSequence());
    replacePublisher.setBytes(5, state.results());
    replacePublisher.setLong(6, now);
    replacePublisher.executeUpdate();
  }

  /** Forgets a publisher that has said nothing since then; gives how many that were. */
  int deletePublisher(StoredRoom room, String name, long usedBefore) throws SQLException {
    try (PreparedStatement delete =
        plain
            .getConnection()
            .prepareStatement("DELETE FROM publisher WHERE room = ? AND name = ? AND used < ?")) {
      delete.setLong(1, room.id());
      delete.setString(2, name);
      delete.setLong(3, usedBefore);
      return delete.executeUpdate();
    }
  }

  /** Forgets those that have been silent the longest; gives how many that were. */
  int deleteSilentest(StoredRoom room, int excess) throws SQLException {
    return plain.executeUpdate(
        "DELETE FROM publisher WHERE room = %d AND name IN".formatted(room.id())
            + " (SELECT name FROM publisher WHERE room = %d ORDER BY used LIMIT %d)"
                .formatted(room.id(), excess));
  }

  // -- Sessions --------------------------------------------------------------------------------

  void replaceSession(SessionStore.Kept kept) throws SQLException {
    replaceSession.setString(1, kept.id());
    replaceSession.setString(2, kept.user().id());
    replaceSession.setInt(3, kept.user().guest() ? 1 : 0);
    replaceSession.setInt(4, kept.shard());
    replaceSession.setString(
        5, kept.rooms().stream().map(RoomName::value).collect(Collectors.joining("\n")));
    replaceSession.setString(6, kept.current());
    replaceSession.setString(7, kept.previous());
    replaceSession.setLong(8, kept.began());
    replaceSession.setLong(9, kept.lostAt());
    replaceSession.executeUpdate();
  }

  void deleteSession(String id) throws SQLException {
    deleteSession.setString(1, id);
    deleteSession.executeUpdate();
  }

  // -- The file --------------------------------------------------------------------------------

  /**
   * The write-ahead log.
   *
   * @param pages in it
   * @param folded how many of them, from its beginning, are in the database too
   */
  record Log(long pages, long folded) {
    long left() {
      return pages - folded;
    }
  }

  Log log() throws SQLException {
    try (ResultSet row = log.executeQuery()) {
      return row.next()
          ? new Log(Math.max(0, row.getLong(2)), Math.max(0, row.getLong(3)))
          : new Log(0, 0);
    }
  }

  /** Folds the log in as far as readers allow; gives the pages that it could not. */
  long checkpoint(String how) throws SQLException {
    try (ResultSet row = plain.executeQuery("PRAGMA wal_checkpoint(" + how + ")")) {
      return row.next() ? Math.max(0, row.getLong(2) - row.getLong(3)) : 0;
    }
  }

  long pageCount() throws SQLException {
    return number("PRAGMA page_count");
  }

  long freePages() throws SQLException {
    return number("PRAGMA freelist_count");
  }

  /** Gives some free pages back to the file system. */
  void vacuum(int pages) throws SQLException {
    try (ResultSet each = plain.executeQuery("PRAGMA incremental_vacuum(" + pages + ")")) {
      while (each.next()) { // a page a row
      }
    }
  }

  private long number(String sql) throws SQLException {
    try (ResultSet row = plain.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
