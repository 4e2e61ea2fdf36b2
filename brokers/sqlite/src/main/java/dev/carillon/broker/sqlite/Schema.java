package dev.carillon.broker.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What the database looks like, and how an older one becomes the newest: one step a version, all in
 * one transaction.
 */
final class Schema {
  /** Says to whom the file belongs, as {@code file} and SQLite's own tools show it: "Carl". */
  static final int APPLICATION_ID = 0x4361726c;

  /** Stands as user_version in a backup, until it is opened as a store. */
  static final int BACKUP = 1;

  /** Bits of a message's place that are its offset; the ones above are the room's number. */
  static final int OFFSET_BITS = 40;

  static final long MAX_OFFSET = (1L << OFFSET_BITS) - 1;

  /** The largest number of a room, and how many there may be. */
  static final long MAX_ROOM = (1L << 63 - OFFSET_BITS) - 1;

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE carillon_schema (
                version INTEGER NOT NULL PRIMARY KEY,
                applied_at TEXT NOT NULL
              ) STRICT\
              """,
              """
              CREATE TABLE commits (
                one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
                count INTEGER NOT NULL
              ) STRICT\
              """,
              "INSERT INTO commits VALUES (1, 0)",
              """
              CREATE TABLE room (
                id INTEGER NOT NULL PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                epoch BLOB NOT NULL,
                oldest INTEGER NOT NULL,
                head INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                publishers INTEGER NOT NULL,
                used INTEGER NOT NULL
              ) STRICT\
              """,
              // place = room.id << 40 | offset, so that a room's messages lie together, in order.
              """
              CREATE TABLE message (
                place INTEGER NOT NULL PRIMARY KEY,
                time INTEGER NOT NULL,
                weight INTEGER NOT NULL,
                checksum INTEGER NOT NULL,
                id TEXT NOT NULL,
                kind INTEGER NOT NULL,
                payload BLOB NOT NULL,
                event TEXT,
                sender_user TEXT,
                sender_session TEXT,
                sender_kind INTEGER,
                sender_state BLOB,
                tags TEXT,
                key TEXT,
                priority INTEGER,
                ttl INTEGER,
                flags INTEGER
              ) STRICT\
              """,
              """
              CREATE TABLE publisher (
                room INTEGER NOT NULL,
                name TEXT NOT NULL,
                incarnation INTEGER NOT NULL,
                last INTEGER NOT NULL,
                results BLOB NOT NULL,
                used INTEGER NOT NULL,
                PRIMARY KEY (room, name)
              ) STRICT, WITHOUT ROWID\
              """,
              """
              CREATE VIEW log AS
              SELECT room.name AS room, lower(hex(room.epoch)) AS epoch,
                message.place & 1099511627775 AS "offset",
                strftime('%Y-%m-%dT%H:%M:%fZ', message.time / 1000.0, 'unixepoch') AS time,
                message.id AS id, message.sender_user AS sender, message.event AS event,
                CASE message.kind WHEN 2 THEN hex(message.payload)
                  ELSE CAST(message.payload AS TEXT) END AS payload
              FROM message JOIN room ON room.id = message.place >> 40\
              """),
          List.of(
              """
              CREATE TABLE subscription (
                room INTEGER NOT NULL,
                user TEXT NOT NULL,
                name TEXT NOT NULL,
                epoch BLOB NOT NULL,
                acked INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                used INTEGER NOT NULL,
                PRIMARY KEY (room, user, name)
              ) STRICT, WITHOUT ROWID\
              """,
              // Up to where all have acknowledged is asked at every commit.
              "CREATE INDEX subscription_acked ON subscription (room, epoch, acked)"),
          List.of(
              """
              CREATE TABLE session (
                id TEXT NOT NULL PRIMARY KEY,
                user TEXT NOT NULL,
                guest INTEGER NOT NULL,
                shard INTEGER NOT NULL,
                rooms TEXT NOT NULL,
                current TEXT NOT NULL,
                previous TEXT,
                began INTEGER NOT NULL,
                lost INTEGER NOT NULL
              ) STRICT, WITHOUT ROWID\
              """),
          List.of("ALTER TABLE message ADD COLUMN audience TEXT"));

  /** The version that this code reads and writes. */
  static final int VERSION = STEPS.size();

  private Schema() {}

  /**
   * Brings a database to the newest version; an empty one is filled.
   *
   * @throws SQLException also when it belongs to somebody else, or to a newer Carillon
   */
  static void migrate(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int owner = number(statement, "PRAGMA application_id");
      int tables = number(statement, "SELECT count(*) FROM sqlite_schema");
      if (owner != APPLICATION_ID && (owner != 0 || tables > 0)) {
        throw new SQLException(
            "the database is not Carillon's: it has %d tables and application_id %d, not %d"
                .formatted(tables, owner, APPLICATION_ID));
      }
      int version = tables == 0 ? 0 : number(statement, "SELECT max(version) FROM carillon_schema");
      if (version > VERSION) {
        throw new SQLException(
            "the database has version %d, and this Carillon knows %d at most: start a newer one"
                .formatted(version, VERSION));
      }
      if (version < VERSION) {
        migrate(statement, version);
      }
      if (number(statement, "PRAGMA user_version") == BACKUP) {
        startOver(statement);
      }
    }
  }

  /**
   * What was published after a backup was made is forgotten, and its offsets will be given out
   * again: so the rooms go on in new epochs, and publishers are told that their count is lost.
   */
  private static void startOver(Statement statement) throws SQLException {
    statement.execute("BEGIN IMMEDIATE");
    statement.execute("UPDATE room SET epoch = randomblob(16), publishers = 0");
    statement.execute("DELETE FROM publisher");
    statement.execute("DELETE FROM session");
    statement.execute("PRAGMA user_version = 0");
    statement.execute("COMMIT");
  }

  private static void migrate(Statement statement, int from) throws SQLException {
    statement.execute("BEGIN IMMEDIATE");
    statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    for (int version = from + 1; version <= VERSION; version++) {
      for (String sql : STEPS.get(version - 1)) {
        statement.execute(sql);
      }
      statement.execute("INSERT INTO carillon_schema VALUES (" + version + ", datetime('now'))");
    }
    statement.execute("COMMIT");
  }

  static int number(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getInt(1) : 0;
    }
  }
}
