package dev.carillon.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A bare loop of the insertions that a store makes, by JDBC alone: the tables of a store that is
 * there, transactions of a given size, each ended by the same sync. For each message one row, for
 * each transaction the rows of the rooms and publishers in it.
 */
final class BareInserts implements AutoCloseable {
  private final Path directory;
  private final Connection connection;
  private final int publishers;
  private final int rooms;
  private final byte[] payload;
  private final PreparedStatement message;
  private final PreparedStatement publisher;
  private final PreparedStatement room;
  private final PreparedStatement commits;
  private final PreparedStatement begin;
  private final PreparedStatement commit;
  private long inserted;
  private long groups;

  BareInserts(Path likeStore, Path directory, int publishers, int rooms, int bytes)
      throws IOException, SQLException {
    this.directory = directory;
    this.publishers = publishers;
    this.rooms = rooms;
    payload = "x".repeat(bytes).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Files.createDirectories(directory);
    connection =
        DriverManager.getConnection(
            "jdbc:sqlite:" + directory.resolve("bare.db") + "?jdbc.get_generated_keys=false");
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      statement.execute("PRAGMA cache_size = -16384");
      for (String sql : schema(likeStore)) {
        statement.execute(sql);
      }
      statement.execute("INSERT INTO commits VALUES (1, 0)");
      for (int i = 1; i <= rooms; i++) {
        statement.execute(
            "INSERT INTO room VALUES (%d, 'bench/%d', randomblob(16), 1, 0, 0, 0, 0)"
                .formatted(i, i));
      }
    }
    message =
        connection.prepareStatement(
            "INSERT INTO message (place, time, weight, checksum, id, kind, payload, event,"
                + " sender_user, sender_session) VALUES (?,?,?,?,?,?,?,?,?,?)");
    publisher =
        connection.prepareStatement("INSERT OR REPLACE INTO publisher VALUES (?,?,?,?,?,?)");
    room = connection.prepareStatement("UPDATE room SET head = ?, bytes = ? WHERE id = ?");
    commits = connection.prepareStatement("UPDATE commits SET count = ?");
    begin = connection.prepareStatement("BEGIN IMMEDIATE");
    commit = connection.prepareStatement("COMMIT");
  }

  private static List<String> schema(Path store) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + store.resolve("carillon.db"));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    }
    return all;
  }

  /** Inserts for some time; gives messages a second. */
  double run(double seconds, int group) throws SQLException {
    long before = inserted;
    long began = System.nanoTime();
    long end = began + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      group(group);
      checkpoint();
    }
    return (inserted - before) / ((System.nanoTime() - began) / 1e9);
  }

  private void group(int size) throws SQLException {
    begin.execute();
    long first = inserted;
    for (int i = 0; i < size; i++) {
      long number = inserted++;
      int who = (int) (number % publishers);
      long offset = number / rooms + 1;
      message.setLong(1, (number % rooms + 1) << 40 | offset);
      message.setLong(2, 1_767_225_600_000L + number);
      message.setInt(3, payload.length + 100);
      message.setLong(4, number * 0x9e3779b9L & 0xffffffffL);
      message.setString(5, "publisher" + who + ":1:" + number / publishers);
      message.setInt(6, 1);
      message.setBytes(7, payload);
      message.setString(8, null);
      message.setString(9, "user" + who);
      message.setString(10, "session-with-some-letters" + who);
      message.executeUpdate();
    }
    byte[] window = new byte[64 * 2 + 4];
    for (int i = 0; i < Math.min(size, publishers); i++) {
      long number = first + i;
      publisher.setLong(1, number % rooms + 1);
      publisher.setString(2, "publisher" + number % publishers);
      publisher.setLong(3, 1);
      publisher.setLong(4, number / publishers);
      publisher.setBytes(5, window);
      publisher.setLong(6, 1_767_225_600_000L + number);
      publisher.executeUpdate();
    }
    for (int i = 0; i < Math.min(size, rooms); i++) {
      room.setLong(1, inserted / rooms);
      room.setLong(2, inserted * 1100);
      room.setLong(3, (first + i) % rooms + 1);
      room.executeUpdate();
    }
    commits.setLong(1, ++groups);
    commits.executeUpdate();
    commit.execute();
  }

  private void checkpoint() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      long pages;
      try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(NOOP)")) {
        pages = row.next() ? row.getLong(2) : 0;
      }
      if (pages > 2048) {
        statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
      }
    }
  }

  @Override
  public void close() throws SQLException, IOException {
    connection.close();
    StoreBench.delete(directory);
  }
}
