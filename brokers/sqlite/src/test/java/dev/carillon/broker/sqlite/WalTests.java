package dev.carillon.broker.sqlite;

import static dev.carillon.broker.sqlite.Store.ROOM;
import static dev.carillon.broker.sqlite.Store.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a write-ahead log that is copied, torn or damaged. */
class WalTests {
  @TempDir Path directory;
  private Path log;
  private Path copied;

  /** The files of a store as a crash leaves them, with twenty transactions in the log. */
  @BeforeEach
  void crash() throws Exception {
    Path original = directory.resolve("original");
    Path database = original.resolve(Database.FILE);
    copied = Files.createDirectory(directory.resolve("copied"));
    log = copied.resolve(Database.FILE + "-wal");
    try (Store store = Store.open(original);
        var other = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      try (var old = statement.executeQuery("SELECT count(*) FROM message")) {
        assertThat(old.next()).isTrue(); // keeps the log from being used anew
      }
      for (int i = 1; i <= 20; i++) {
        stored(store.publish(ROOM, "p", i));
      }
      Files.copy(database, copied.resolve(Database.FILE));
      Files.copy(original.resolve(Database.FILE + "-wal"), log);
      other.commit();
    }
  }

  @Test
  void aSnapshotOfAllFilesOpensWithEverythingInIt() {
    try (Store store = Store.open(copied)) {
      assertThat(store.texts(ROOM)).hasSize(20);
    }
  }

  @Test
  void aLogThatIsTornInItsLastTransactionLosesThatOneWhollyAndOpens() throws IOException {
    flip(Files.size(log) - 100);
    try (Store store = Store.open(copied)) {
      assertThat(store.texts(ROOM)).hasSize(19).last().isEqualTo("p 19");
      assertThat(stored(store.publish(ROOM, "p", 20)).duplicate()).isFalse();
    }
  }

  @Test
  void aLogThatIsDamagedBeforeItsLastTransactionsIsRefused() throws IOException {
    flip(Files.size(log) / 2);
    assertThatThrownBy(() -> Store.open(copied))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("is damaged at byte")
        .hasMessageContaining("restore a backup");
  }

  @Test
  void aLogWithABrokenHeaderIsRefused() throws IOException {
    flip(17);
    assertThatThrownBy(() -> Store.open(copied))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("is damaged at byte 0");
  }

  private void flip(long at) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    bytes[(int) at] ^= 4;
    Files.write(log, bytes);
  }
}
