package dev.carillon.broker.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Entry;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One bit of the database has changed on the disk: that is told, or makes no difference. */
class DamageTests {
  private static final List<RoomName> ROOMS =
      IntStream.range(0, 5).mapToObj(i -> RoomName.of("room/" + i)).toList();
  private static final int MESSAGES = 60;
  private static final int FLIPS = 150;

  /** What a room is read as. */
  private record Read(Broker.Extent extent, List<Entry> entries) {}

  @TempDir Path directory;
  private byte[] whole = {};
  private List<Read> before = List.of();

  @BeforeEach
  void fill() throws IOException, SQLException {
    try (Store store = Store.open(directory)) {
      for (int i = 1; i <= MESSAGES; i++) {
        for (RoomName room : ROOMS) {
          store.publish(room, "ann", i);
        }
      }
      before = ROOMS.stream().map(room -> read(store, room)).toList();
    }
    Path file = directory.resolve(Database.FILE);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    whole = Files.readAllBytes(file);
  }

  @Test
  void aFlippedBitIsToldOrMakesNoDifference(@TempDir Path copies) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    int told = 0;
    for (int i = 0; i < FLIPS; i++) {
      int at = random.nextInt(whole.length);
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Path copy = Files.createDirectory(copies.resolve("" + i));
      Files.write(copy.resolve(Database.FILE), damaged);
      told += isTold(copy, at) ? 1 : 0;
    }
    assertThat(told).as("flips that were told").isGreaterThan(FLIPS / 10);
  }

  private boolean isTold(Path copy, int at) {
    try (Store store = Store.open(copy)) {
      boolean told = false;
      for (int i = 0; i < ROOMS.size(); i++) {
        told |= isTold(store, ROOMS.get(i), before.get(i), at);
      }
      return told;
    } catch (UncheckedIOException refused) {
      return true;
    }
  }

  /** Reads page after page, as whoever catches up does: what is there comes first. */
  private static boolean isTold(Store store, RoomName room, Read expected, int at) {
    List<Entry> entries = new ArrayList<>();
    while (entries.size() < MESSAGES) {
      Broker.Answer<Broker.Page> answer = store.answerTo(room, entries.size() + 1L, MESSAGES);
      if (!(answer instanceof Broker.Answer.Done<Broker.Page>(var page))
          || !page.extent().epoch().equals(expected.extent().epoch())) { // all are reset
        return true;
      }
      assertThat(page.extent()).as("byte %d changed", at).isEqualTo(expected.extent());
      assertThat(page.entries()).as("byte %d changed", at).isNotEmpty();
      entries.addAll(page.entries());
    }
    assertThat(entries).as("byte %d changed", at).isEqualTo(expected.entries());
    return false;
  }

  private static Read read(Store store, RoomName room) {
    Broker.Page page = store.read(room, 1, MESSAGES);
    return new Read(page.extent(), page.entries());
  }
}
