package dev.carillon.broker.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.SessionStore.Kept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTests {
  private static final Kept ALICE =
      new Kept(
          "s-1",
          new User("alice"),
          1,
          List.of(RoomName.of("chat/a"), RoomName.ofSession("s-1"), RoomName.GLOBAL),
          "proof",
          null,
          3,
          0);

  @TempDir Path directory;

  private static List<Kept> all(Store store) {
    return Store.value(Store.<Broker.Answer<List<Kept>>>await(store.broker().sessions()::all));
  }

  @Test
  void theLastThatWasKeptOfASessionIsThereAfterARestart() {
    Kept guest = new Kept("s-2", new User("guest-7", true), 0, List.of(), "two", "one", 3, 17);
    try (Store store = Store.open(directory)) {
      store.broker().sessions().keep(new Kept("s-1", new User("x"), 0, List.of(), "", null, 3, 5));
      store.broker().sessions().keep(ALICE);
      store.broker().sessions().keep(guest);
      store.store("behind them");
    }
    try (Store store = Store.open(directory)) {
      assertThat(all(store)).containsExactlyInAnyOrder(ALICE, guest);
    }
  }

  @Test
  void aSessionThatIsOverIsForgotten() {
    try (Store store = Store.open(directory)) {
      store.broker().sessions().keep(ALICE);
      store.broker().sessions().forget("s-1");
      store.store("behind them");
      assertThat(all(store)).isEmpty();
    }
  }

  @Test
  void aBackupKeepsNoSessionsForTheirRoomsGoOnElsewhere(@TempDir Path other) throws Exception {
    try (Store store = Store.open(directory)) {
      store.broker().sessions().keep(ALICE);
      store.store("behind it");
      StoreBackup.copy(directory, Files.createDirectory(other.resolve("b")).resolve("carillon.db"));
    }
    try (Store store = Store.open(other.resolve("b"))) {
      assertThat(all(store)).isEmpty();
    }
  }
}
