package dev.carillon.broker.sqlite;

import static dev.carillon.broker.sqlite.Store.ROOM;
import static dev.carillon.broker.sqlite.Store.failed;
import static dev.carillon.broker.sqlite.Store.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.core.AckPolicy;
import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.User;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.FakeClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RestartTests {
  @TempDir Path directory;

  @Test
  void epochAndOffsetsContinue() {
    Broker.Appended.Stored before;
    try (Store store = Store.open(directory)) {
      store.store("a");
      before = store.store("b");
    }
    try (Store store = Store.open(directory)) {
      Broker.Appended.Stored after = store.store("c");
      assertThat(after.position().epoch()).isEqualTo(before.position().epoch());
      assertThat(after.position().offset()).isEqualTo(3);
      assertThat(after.level()).isEqualTo(Broker.Level.STORED);
      assertThat(store.texts(ROOM)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void anEmptyRoomKeepsItsEpoch() {
    Broker.Extent before;
    try (Store store = Store.open(directory)) {
      before = store.read(ROOM, 1, 1).extent();
    }
    try (Store store = Store.open(directory)) {
      assertThat(store.read(ROOM, 1, 1).extent()).isEqualTo(before);
    }
  }

  @Test
  void aRepeatedPublishGetsThePositionItHadBefore() {
    try (Store store = Store.open(directory)) {
      for (int i = 1; i <= 100; i++) {
        stored(store.publish(ROOM, "p", i));
      }
    }
    try (Store store = Store.open(directory)) {
      for (int i = 100 - Publisher.WINDOW + 1; i <= 100; i++) {
        Broker.Appended.Stored again = stored(store.publish(ROOM, "p", i));
        assertThat(again.duplicate()).isTrue();
        assertThat(again.position().offset()).isEqualTo(i);
      }
      assertThat(failed(store.publish(ROOM, "p", 100 - Publisher.WINDOW)).problem().reason())
          .isEqualTo(Problem.Reason.PUBLISHER_RESET);
      assertThat(failed(store.publish(ROOM, "p", 102)).problem().reason())
          .isEqualTo(Problem.Reason.SEQUENCE_GAP);
      assertThat(stored(store.publish(ROOM, "p", 101)).position().offset()).isEqualTo(101);
    }
  }

  @Test
  void everyPartOfAMessageComesBack() {
    Member sender = new Member("s1", new User("bob"), Payload.json("{\"mood\":\"fine\"}"));
    Map<String, String> tags = Map.of("a=b&c", "x y%", "é", "\uD83D\uDE00", "", "");
    Payload payload = new Payload(Payload.Kind.BINARY, new byte[] {0, -1, 127});
    Draft draft = new Draft("moved", payload, tags, "k", -7, 60_000, false, null);
    try (Store store = open(forEver(), new FakeClock())) {
      stored(store.append(ROOM, new Broker.Append(draft, "id", sender, 123)));
    }
    try (Store store = open(forEver(), new FakeClock())) {
      Message message = store.read(ROOM, 1, 1).entries().getFirst().message();
      assertThat(message)
          .isEqualTo(
              new Message("id", "moved", payload, sender, 123, tags, "k", -7, 60_000, false));
    }
  }

  private Store open(Policies policies, FakeClock clock) {
    return Store.open(SqliteSettings.in(directory), policies, clock);
  }

  private static Policies forEver() {
    Retention all = new Retention(1000, 1 << 30, Duration.ofDays(100_000));
    return room -> RoomPolicy.DEFAULT.withRetention(all);
  }

  @Test
  void muchThatIsTooMuchIsDroppedInSteps() {
    Payload large = Payload.text("x".repeat(100_000));
    List<RoomName> rooms = List.of(RoomName.of("a"), RoomName.of("b"), RoomName.of("c"));
    FakeClock clock = new FakeClock();
    try (Store store = open(forEver(), clock)) {
      for (int i = 1; i <= 40; i++) {
        for (RoomName room : rooms) {
          stored(store.append(room, Store.message("p", i, large)));
        }
      }
    }
    Retention few = new Retention(2, 1L << 30, Duration.ofDays(1));
    try (Store store = open(room -> RoomPolicy.DEFAULT.withRetention(few), clock)) {
      long tooMany = 3 * 38;
      await().until(() -> store.broker().figures().trimmed() == tooMany);
      long mostInAGroup = 12; // a mebibyte, and the one that reaches it
      assertThat(store.broker().figures().commits()).isGreaterThanOrEqualTo(tooMany / mostInAGroup);
      assertThat(store.read(rooms.getLast(), 1, 10).entries()).hasSize(2);
    }
  }

  @Test
  void retentionByBytesHoldsAcrossARestart() {
    Retention small = new Retention(1000, 5000, Duration.ofDays(1));
    Policies policies = room -> RoomPolicy.DEFAULT.withRetention(small);
    FakeClock clock = new FakeClock();
    try (Store store = open(policies, clock)) {
      for (int i = 0; i < 50; i++) {
        store.store("x".repeat(300));
      }
    }
    try (Store store = open(policies, clock)) {
      store.store("y".repeat(300));
      Broker.Page page = store.read(ROOM, 1, 1000);
      int weight = page.entries().stream().mapToInt(entry -> entry.message().weight()).sum();
      assertThat(weight).isBetween(4000, 5000);
      assertThat(page.extent().head()).isEqualTo(51);
      assertThat(page.entries().getFirst().offset()).isEqualTo(page.extent().oldest());
    }
  }

  @Test
  void aSecondServerOnTheSameDirectoryIsRefused() {
    try (Store first = Store.open(directory)) {
      first.store("a");
      assertThatThrownBy(() -> Store.open(directory))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("is in use by")
          .hasMessageContaining("one server at a time");
      first.store("b");
    }
    Store.open(directory).close();
  }

  @Test
  void aDatabaseOfANewerVersionIsRefused() throws Exception {
    Store.open(directory).close();
    try (var connection = Database.openWriter(directory.resolve(Database.FILE));
        var statement = connection.createStatement()) {
      statement.execute("INSERT INTO carillon_schema VALUES (99, 'later')");
    }
    assertThatThrownBy(() -> Store.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("version 99");
  }

  @Test
  void aDatabaseOfSomebodyElseIsRefusedAndLeftAlone() throws Exception {
    Path file = directory.resolve(Database.FILE);
    try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE theirs (a)");
    }
    assertThatThrownBy(() -> Store.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not Carillon's");
    try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      assertThat(Schema.number(statement, "SELECT count(*) FROM sqlite_schema")).isEqualTo(1);
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(directory.resolve(Database.FILE), "this is not a database ".repeat(1000));
    assertThatThrownBy(() -> Store.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("the database is damaged");
  }

  private static void foldIn(Path file) {
    try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (java.sql.SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void aTruncatedDatabaseIsRefused() throws IOException {
    try (Store store = Store.open(directory)) {
      for (int i = 0; i < 100; i++) {
        store.store("x".repeat(2000));
      }
    }
    Path file = directory.resolve(Database.FILE);
    foldIn(file); // else what is cut off may stand in the log still
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> Store.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("the database is damaged");
  }

  @Test
  void aFlippedBitInAMessageIsToldToWhoReadsIt() throws IOException {
    try (Store store = Store.open(directory)) {
      store.store("healthy");
      store.store("x".repeat(20_000) + "NEEDLE");
    }
    Path file = directory.resolve(Database.FILE);
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("NEEDLE");
    assertThat(at).isPositive();
    bytes[at] ^= 1;
    Files.write(file, bytes);
    try (Store store = Store.open(directory)) {
      assertThat(store.read(ROOM, 1, 1).entries()).hasSize(1);
      Broker.Answer<Broker.Page> answer = store.answerTo(ROOM, 2, 1);
      assertThat(answer).isInstanceOf(Broker.Answer.Failed.class);
      assertThat(((Broker.Answer.Failed<Broker.Page>) answer).problem().detail())
          .contains("offset 2 is damaged");
    }
  }

  @Test
  void aWrongSettingIsNamedWithWhatIsAllowed() {
    var provider = new SqliteBrokerProvider();
    for (Map<String, String> wrong :
        List.of(
            Map.<String, String>of(),
            Map.of("directory", directory.toString(), "readers", "many"),
            Map.of("directory", directory.toString(), "readers", "0"),
            Map.of("directory", directory.toString(), "reader", "1"))) {
      assertThatThrownBy(
              () ->
                  provider.open(wrong, Policies.DEFAULT, new FakeClock(), new SplittableRandom(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("(?s).*(directory is not set|must be 1? ?|there is no setting).*");
    }
  }

  @Test
  @Timeout(120)
  void aRoomThatWasEmptyForLongIsForgottenAndComesBackInANewEpoch() throws Exception {
    FakeClock clock = new FakeClock();
    SqliteSettings settings =
        SqliteSettings.in(directory).withTtls(Duration.ofHours(1), Duration.ofHours(1));
    Retention brief = new Retention(10, 1 << 20, Duration.ofMinutes(1));
    Policies policies = room -> RoomPolicy.DEFAULT.withRetention(brief);
    RoomName room = RoomName.of("brief");
    try (Store store = Store.open(settings, policies, clock)) {
      Broker.Appended.Stored before = stored(store.publish(room, "p", 1));
      clock.advance(Duration.ofDays(10_000));
      Broker.Page after = store.read(room, 1, 1);
      while (after.extent().epoch().equals(before.position().epoch())) { // the caretaker comes by
        Thread.onSpinWait();
        after = store.read(room, 1, 1);
      }
      assertThat(after.extent().head()).isZero();
      assertThat(stored(store.publish(room, "p", 1)).position().offset()).isEqualTo(1);
    }
  }

  @Test
  @Timeout(120)
  void roomsOfTheServersOwnAreLookedAfterAsWell() throws Exception {
    FakeClock clock = new FakeClock();
    SqliteSettings settings =
        SqliteSettings.in(directory).withTtls(Duration.ofHours(1), Duration.ofHours(1));
    Retention brief = new Retention(10, 1 << 20, Duration.ofMinutes(1));
    Policies policies = room -> RoomPolicy.DEFAULT.withRetention(brief);
    RoomName last = RoomName.of("z");
    try (Store store = Store.open(settings, policies, clock)) {
      for (RoomName room : List.of(RoomName.ofUser("a"), RoomName.of("b").deadLetters(), last)) {
        stored(store.publish(room, "p", 1));
      }
      var before = store.read(last, 1, 1).extent().epoch();
      clock.advance(Duration.ofDays(10_000));
      while (store.read(last, 1, 1).extent().epoch().equals(before)) { // the caretaker comes by
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aSubscriptionGoesOnAfterARestart() throws Exception {
    Policies policies =
        room -> RoomPolicy.DEFAULT.durable(AckPolicy.DEFAULT, SubscriptionPolicy.DEFAULT);
    Subscriber who = new Subscriber("alice", "phone");
    Broker.Cursor cursor;
    try (Store store = Store.open(SqliteSettings.in(directory), policies, new FakeClock())) {
      store.store("a");
      store.store("b");
      cursor = new Broker.Cursor(store.read(ROOM, 1, 1).extent().epoch(), 1, 3);
      Broker.Cursor wanted = cursor;
      Store.value(
          Store.<Broker.Answer<Broker.Cursor>>await(
              then -> store.broker().settle(ROOM, who, wanted, then)));
    }
    try (Store store = Store.open(SqliteSettings.in(directory), policies, new FakeClock())) {
      Broker.Subscription found =
          Store.value(
              Store.<Broker.Answer<Broker.Subscription>>await(
                  then -> store.broker().subscription(ROOM, who, then)));
      assertThat(found.cursor()).isEqualTo(cursor);
      assertThat(found.extent().head()).isEqualTo(2);
    }
  }
}
