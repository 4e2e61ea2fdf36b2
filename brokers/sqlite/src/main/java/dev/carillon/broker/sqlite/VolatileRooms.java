package dev.carillon.broker.sqlite;

import dev.carillon.core.Epoch;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Ends the logs of rooms that the database knows from a time when they were not volatile. From now
 * on their messages are not here, or not for long. Were they to go on in their epochs when they are
 * kept again, a reader from before would be told that it had missed nothing.
 */
final class VolatileRooms {
  private static final System.Logger LOG = System.getLogger("dev.carillon.store");

  private VolatileRooms() {}

  /**
   * To be called before anybody can publish. What they hold is left to retention, which is none.
   */
  static void endLogs(Connection connection, Policies policies, RandomGenerator random)
      throws SQLException {
    List<Long> ended = find(connection, policies);
    if (ended.isEmpty()) {
      return;
    }
    try (Statement plain = connection.createStatement();
        PreparedStatement room =
            connection.prepareStatement("UPDATE room SET epoch = ?, publishers = 0 WHERE id = ?");
        PreparedStatement publishers =
            connection.prepareStatement("DELETE FROM publisher WHERE room = ?")) {
      plain.execute("BEGIN IMMEDIATE");
      for (long id : ended) {
        room.setBytes(1, StoredRoom.bytes(Epoch.random(random)));
        room.setLong(2, id);
        room.executeUpdate();
        publishers.setLong(1, id);
        publishers.executeUpdate();
      }
      plain.execute("COMMIT");
    }
    LOG.log(
        Level.INFO, "rooms that are volatile now, and whose logs have ended: {0}", ended.size());
  }

  private static List<Long> find(Connection connection, Policies policies) throws SQLException {
    List<Long> found = new ArrayList<>();
    try (Statement plain = connection.createStatement();
        ResultSet row = plain.executeQuery("SELECT id, name FROM room")) {
      while (row.next()) {
        RoomPolicy policy = policies.of(RoomName.ofStored(row.getString(2)));
        if (policy.delivery() == RoomPolicy.Delivery.VOLATILE) {
          found.add(row.getLong(1));
        }
      }
      return found;
    } catch (IllegalArgumentException wrong) {
      throw new SQLException("the database is damaged: " + wrong.getMessage(), wrong);
    }
  }
}
