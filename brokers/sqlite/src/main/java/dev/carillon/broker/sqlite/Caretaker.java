package dev.carillon.broker.sqlite;

import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Keeping;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Goes round the rooms, a page at a time, and has the writer drop what no publish would drop: what
 * has become too old, what a smaller retention no longer covers, rooms and publishers that are not
 * used any more. Confined to its own thread, and reads on a connection of its own.
 */
final class Caretaker implements Runnable {
  private static final int PAGE = 500;
  private static final int PAUSE_MILLIS = 1000;

  private final Path file;
  private final SqliteSettings settings;
  private final Policies policies;
  private final InstantSource clock;
  private final Intake intake;
  private final Figures figures;
  private final CountDownLatch closing;
  private long roomCursor;
  private long publisherRoomCursor;
  private String publisherCursor = "";

  Caretaker(
      Path file,
      SqliteSettings settings,
      Policies policies,
      InstantSource clock,
      Intake intake,
      Figures figures,
      CountDownLatch closing) {
    this.file = file;
    this.settings = settings;
    this.policies = policies;
    this.clock = clock;
    this.intake = intake;
    this.figures = figures;
    this.closing = closing;
  }

  @Override
  public void run() {
    try (Connection connection = Database.openReader(file)) {
      while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          round(connection);
        } catch (SQLException failed) {
          figures.hitch(Faults.sentence(failed));
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException failed) {
      figures.hitch(Faults.sentence(failed));
    }
  }

  /** One page of rooms and one of publishers; returns when the writer has dealt with them. */
  void round(Connection connection) throws SQLException, InterruptedException {
    Map<RoomName, List<String>> wanted = new LinkedHashMap<>();
    rooms(connection, wanted);
    publishers(connection, wanted);
    for (Map.Entry<RoomName, List<String>> each : wanted.entrySet()) {
      // One at a time, so that a group of publishes waits for one room at most.
      var done = new CountDownLatch(1);
      var request =
          new Request.Caring(each.getKey(), each.getValue(), done::countDown, System.nanoTime());
      if (intake.offer(request) == Intake.Offered.TAKEN) { // else publishes come first
        done.await();
      }
    }
  }

  private void rooms(Connection connection, Map<RoomName, List<String>> wanted)
      throws SQLException {
    try (PreparedStatement page =
        connection.prepareStatement(
            """
            SELECT id, name, oldest, head, bytes, publishers, used,
              (SELECT time FROM message WHERE place = room.id << 40 | room.oldest),
              (SELECT min(acked) FROM subscription
                WHERE subscription.room = room.id AND epoch = room.epoch),
              (SELECT min(used) FROM subscription WHERE subscription.room = room.id)
            FROM room WHERE id > ? ORDER BY id LIMIT ?\
            """)) {
      page.setLong(1, roomCursor);
      page.setInt(2, PAGE);
      roomCursor = 0; // begin again, but for a full page
      int count = 0;
      try (ResultSet row = page.executeQuery()) {
        while (row.next()) {
          if (needsCare(row)) {
            wanted.putIfAbsent(RoomName.ofStored(row.getString(2)), new ArrayList<>());
          }
          if (++count == PAGE) {
            roomCursor = row.getLong(1);
          }
        }
      }
    }
  }

  private boolean needsCare(ResultSet row) throws SQLException {
    RoomPolicy policy = policies.of(RoomName.ofStored(row.getString(2)));
    long now = clock.millis();
    long count = row.getLong(4) - row.getLong(3) + 1;
    long acked = row.getLong(9);
    long settled = row.wasNull() ? Keeping.ALL : acked;
    long used = row.getLong(10);
    boolean subscribed = !row.wasNull();
    long oldest = row.getLong(3);
    return count > 0
            && Keeping.drops(policy, oldest, row.getLong(8), count, row.getLong(5), settled, now)
        || row.getInt(6) > Group.PUBLISHERS_OF_A_ROOM
        || subscribed && used < now - policy.subscriptions().unusedFor().toMillis()
        || !subscribed && count == 0 && row.getLong(7) < now - settings.roomTtl().toMillis();
  }

  private void publishers(Connection connection, Map<RoomName, List<String>> wanted)
      throws SQLException {
    try (PreparedStatement page =
        connection.prepareStatement(
            """
            SELECT publisher.room, publisher.name, publisher.used, room.name
            FROM publisher JOIN room ON room.id = publisher.room
            WHERE (publisher.room, publisher.name) > (?, ?)
            ORDER BY publisher.room, publisher.name LIMIT ?\
            """)) {
      page.setLong(1, publisherRoomCursor);
      page.setString(2, publisherCursor);
      page.setInt(3, PAGE);
      publisherRoomCursor = 0;
      publisherCursor = "";
      long silentSince = clock.millis() - settings.publisherTtl().toMillis();
      int count = 0;
      try (ResultSet row = page.executeQuery()) {
        while (row.next()) {
          if (row.getLong(3) < silentSince) {
            wanted
                .computeIfAbsent(RoomName.ofStored(row.getString(4)), name -> new ArrayList<>())
                .add(row.getString(2));
          }
          if (++count == PAGE) {
            publisherRoomCursor = row.getLong(1);
            publisherCursor = row.getString(2);
          }
        }
      }
    }
  }
}
