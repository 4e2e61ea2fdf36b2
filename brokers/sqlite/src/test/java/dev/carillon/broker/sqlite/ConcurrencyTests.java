package dev.carillon.broker.sqlite;

import static dev.carillon.broker.sqlite.Store.ROOM;
import static dev.carillon.broker.sqlite.Store.await;
import static dev.carillon.broker.sqlite.Store.failed;
import static dev.carillon.broker.sqlite.Store.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyTests {
  @TempDir Path directory;

  @Test
  void appendsOfAllRoomsThatComeDuringACommitShareTheNextOne() {
    List<RoomName> rooms = List.of(RoomName.of("one"), RoomName.of("two"));
    List<CompletableFuture<List<Broker.Appended>>> answers = new ArrayList<>();
    try (Store store = Store.open(directory)) {
      for (int sequence = 1; sequence <= 20; sequence++) {
        for (int publisher = 0; publisher < 50; publisher++) {
          var answer = new CompletableFuture<List<Broker.Appended>>();
          var append = Store.message("p" + publisher, sequence, Payload.text("x"));
          store.broker().append(rooms.get(publisher % 2), List.of(append), answer::complete);
          answers.add(answer);
        }
      }
      answers.forEach(answer -> stored(await(answer).getFirst()));
      StoreFigures figures = store.broker().figures();
      assertThat(figures.stored()).isEqualTo(1000);
      assertThat(figures.commits()).isLessThan(500);
      assertThat(store.read(rooms.get(0), 1, 1).extent().head()).isEqualTo(500);
      assertThat(store.read(rooms.get(1), 1, 1).extent().head()).isEqualTo(500);
    }
  }

  @Test
  void anEntryIsFedBeforeItsPublisherIsAnsweredAndOnlyWhenItCanBeRead() {
    try (Store store = Store.open(directory)) {
      List<Long> fed = new ArrayList<>();
      List<Boolean> readable = new ArrayList<>();
      Broker.Feed feed =
          new Broker.Feed() {
            @Override
            public void entries(
                dev.carillon.core.Epoch epoch, List<dev.carillon.core.Entry> entries) {
              entries.forEach(entry -> fed.add(entry.offset()));
              readable.add(store.read(ROOM, 1, 1000).extent().head() >= fed.getLast());
            }

            @Override
            public void interrupted(Problem problem) {
              throw new AssertionError(problem.toString());
            }
          };
      Store.<Broker.Answer<Broker.Extent>>await(
          answer -> store.broker().attach(ROOM, feed, answer));
      for (int i = 1; i <= 20; i++) {
        stored(store.publish(ROOM, "p", i));
        assertThat(fed).hasSize(i);
      }
      assertThat(readable).containsOnly(true);
    }
  }

  @Test
  void beyondTheQueueAppendsAreRefusedUnappliedAndMayBeRetried() throws Exception {
    SqliteSettings settings = SqliteSettings.in(directory).withQueueBytes(50_000);
    try (Store store = Store.open(settings, Policies.DEFAULT, new FakeClock());
        var other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Database.FILE));
        var statement = other.createStatement()) {
      store.store("first");
      statement.execute("BEGIN IMMEDIATE"); // the writer waits for this
      List<CompletableFuture<List<Broker.Appended>>> answers = new ArrayList<>();
      Payload payload = Payload.text("x".repeat(10_000));
      for (int i = 1; i <= 30; i++) {
        var answer = new CompletableFuture<List<Broker.Appended>>();
        store
            .broker()
            .append(
                RoomName.of("room" + i), List.of(Store.message("p", 1, payload)), answer::complete);
        answers.add(answer);
      }
      Broker.Appended.Failed refused = failed(await(answers.getLast()).getFirst());
      assertThat(refused.inDoubt()).isFalse();
      assertThat(refused.problem().reason().retryable()).isTrue();
      statement.execute("COMMIT");
      stored(await(answers.getFirst()).getFirst());
      answers.forEach(Store::await); // those that waited behind it leave their places with it
      stored(store.append(RoomName.of("room30"), Store.message("p", 1, payload)));
      assertThat(store.broker().figures().refused()).isPositive();
    }
  }

  @Test
  void anAppendThatTheDiskDoesNotTakeInTimeIsAnsweredInDoubt() throws Exception {
    SqliteSettings settings =
        SqliteSettings.in(directory).withAnswerTimeout(Duration.ofMillis(400));
    try (Store store = Store.open(settings, Policies.DEFAULT, new FakeClock());
        var other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Database.FILE));
        var statement = other.createStatement()) {
      store.publish(ROOM, "p", 1);
      statement.execute("BEGIN IMMEDIATE");
      Broker.Appended.Failed late = failed(store.publish(ROOM, "p", 2));
      assertThat(late.inDoubt()).isTrue();
      assertThat(late.problem().reason()).isEqualTo(Problem.Reason.TIMEOUT);
      statement.execute("COMMIT");
    }
    try (Store store = Store.open(directory)) { // the same again settles it
      assertThat(stored(store.publish(ROOM, "p", 2)).position().offset()).isEqualTo(2);
      assertThat(store.texts(ROOM)).containsExactly("p 1", "p 2");
    }
  }

  @Test
  void anotherProgramCanReadTheDatabaseWhileItIsWritten() throws Exception {
    try (Store store = Store.open(directory);
        var other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Database.FILE));
        var statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      for (int i = 1; i <= 50; i++) {
        stored(store.publish(ROOM, "p", i));
        try (var row =
            statement.executeQuery("SELECT count(*), max(\"offset\"), max(room) FROM log")) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(i);
          assertThat(row.getInt(2)).isEqualTo(i);
          assertThat(row.getString(3)).isEqualTo(ROOM.value());
        }
      }
    }
  }

  @Test
  void aChangeThatAnotherProgramMadeIsSeen() throws Exception {
    try (Store store = Store.open(directory);
        var other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Database.FILE));
        var statement = other.createStatement()) {
      stored(store.publish(ROOM, "p", 1));
      statement.execute("PRAGMA busy_timeout = 5000");
      statement.execute("UPDATE room SET head = 10, oldest = 11, bytes = 0");
      assertThat(stored(store.publish(ROOM, "p", 2)).position().offset()).isEqualTo(11);
    }
  }

  @Test
  void aLogThatSomebodyKeepsFromBeingFoldedInStopsGrowingAtItsLimit() throws Exception {
    SqliteSettings settings = SqliteSettings.in(directory).withWalLimitBytes(16 << 20);
    try (Store store = Store.open(settings, Policies.DEFAULT, new FakeClock());
        var other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Database.FILE));
        var statement = other.createStatement()) {
      store.store("first");
      other.setAutoCommit(false);
      try (var old = statement.executeQuery("SELECT count(*) FROM message")) {
        assertThat(old.next()).isTrue();
      }
      Payload large = Payload.text("x".repeat(1 << 20));
      Broker.Appended last = stored(store.append(ROOM, Store.message("p", 1, large)));
      long sequence = 1;
      while (last instanceof Broker.Appended.Stored && sequence < 40) {
        last = store.append(ROOM, Store.message("p", ++sequence, large));
      }
      assertThat(failed(last).problem().detail()).contains("write-ahead log", "16 MiB");
      assertThat(failed(last).inDoubt()).isFalse();
      assertThat(store.read(ROOM, sequence - 1, 1).entries()).hasSize(1);
      other.commit();
      stored(store.append(ROOM, Store.message("p", sequence, large)));
    }
  }

  @Test
  void aBackupOfARunningStoreOpensAndGoesOnInNewEpochs() throws Exception {
    Path target = directory.resolve("backup.db");
    dev.carillon.core.Epoch epoch;
    try (Store store = Store.open(directory.resolve("store"))) {
      for (int i = 1; i <= 200; i++) {
        stored(store.publish(ROOM, "p", i));
      }
      assertThat(StoreBackup.copy(directory.resolve("store"), target)).isEqualTo(200);
      epoch = stored(store.publish(ROOM, "p", 201)).position().epoch();
    }
    Path restored = Files.createDirectory(directory.resolve("restored"));
    Files.copy(target, restored.resolve(Database.FILE));
    try (Store store = Store.open(restored)) {
      assertThat(store.texts(ROOM)).hasSize(200);
      assertThat(store.read(ROOM, 1, 1).extent().epoch()).isNotEqualTo(epoch);
      assertThat(failed(store.publish(ROOM, "p", 201)).problem().reason())
          .isEqualTo(Problem.Reason.PUBLISHER_RESET);
      assertThat(stored(store.publish(ROOM, "q", 1)).position().offset()).isEqualTo(201);
    }
  }
}
