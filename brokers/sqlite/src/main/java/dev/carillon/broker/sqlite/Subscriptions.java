package dev.carillon.broker.sqlite;

import dev.carillon.core.Epoch;
import dev.carillon.core.Subscriber;
import dev.carillon.core.spi.Broker.Cursor;
import dev.carillon.core.spi.Keeping;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of subscriptions, and changed in them, on one connection. Confined to its owner.
 */
final class Subscriptions implements AutoCloseable {
  private final PreparedStatement cursor;
  private final PreparedStatement settled;
  private final PreparedStatement count;
  private final PreparedStatement replace;
  private final PreparedStatement deleteUnused;

  Subscriptions(Connection connection) throws SQLException {
    cursor =
        connection.prepareStatement(
            "SELECT epoch, acked, failures FROM subscription"
                + " WHERE room = ? AND user = ? AND name = ?");
    settled =
        connection.prepareStatement(
            "SELECT min(acked) FROM subscription WHERE room = ? AND epoch = ?");
    count = connection.prepareStatement("SELECT count(*) FROM subscription WHERE room = ?");
    replace =
        connection.prepareStatement("INSERT OR REPLACE INTO subscription VALUES (?,?,?,?,?,?,?)");
    deleteUnused =
        connection.prepareStatement("DELETE FROM subscription WHERE room = ? AND used < ?");
  }

  @Override
  public void close() throws SQLException {
    for (Statement each : List.of(cursor, settled, count, replace, deleteUnused)) {
      each.close();
    }
  }

  @Nullable Cursor cursor(StoredRoom room, Subscriber who) throws SQLException {
    cursor.setLong(1, room.id());
    cursor.setString(2, who.user());
    cursor.setString(3, who.name());
    try (ResultSet row = cursor.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      ByteBuffer epoch = ByteBuffer.wrap(row.getBytes(1));
      return new Cursor(new Epoch(epoch.getLong(), epoch.getLong()), row.getLong(2), row.getInt(3));
    }
  }

  /** Up to where all have acknowledged, or {@link Keeping#ALL} when there are none. */
  long settled(StoredRoom room) throws SQLException {
    settled.setLong(1, room.id());
    settled.setBytes(2, room.epochBytes());
    try (ResultSet row = settled.executeQuery()) {
      long lowest = row.next() ? row.getLong(1) : 0;
      return row.wasNull() ? Keeping.ALL : lowest;
    }
  }

  int count(StoredRoom room) throws SQLException {
    count.setLong(1, room.id());
    try (ResultSet row = count.executeQuery()) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  void replace(StoredRoom room, Subscriber who, Cursor to, long now) throws SQLException {
    replace.setLong(1, room.id());
    replace.setString(2, who.user());
    replace.setString(3, who.name());
    replace.setBytes(4, room.epochBytes());
    replace.setLong(5, to.acked());
    replace.setInt(6, to.failures());
    replace.setLong(7, now);
    replace.executeUpdate();
  }

  void deleteUnused(StoredRoom room, long usedBefore) throws SQLException {
    deleteUnused.setLong(1, room.id());
    deleteUnused.setLong(2, usedBefore);
    deleteUnused.executeUpdate();
  }
}
