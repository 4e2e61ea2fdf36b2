package dev.carillon.broker.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartTests {
  private static final int ROOMS = 10_000;
  private static final int MESSAGES_A_ROOM = 100;

  @TempDir Path directory;

  @Test
  @Tag("full")
  void tenThousandRoomsAndAMillionMessagesAreThereWithinTwoSeconds() {
    SqliteSettings settings =
        SqliteSettings.in(directory)
            .withQueueBytes(1L << 30)
            .withAnswerTimeout(Duration.ofMinutes(10));
    try (Store store = Store.open(settings, CrashedProcess.KEEP_ALL, new FakeClock())) {
      List<CompletableFuture<List<Broker.Appended>>> answers = new ArrayList<>();
      for (int room = 0; room < ROOMS; room++) {
        List<Broker.Append> batch = new ArrayList<>();
        for (int i = 1; i <= MESSAGES_A_ROOM; i++) {
          batch.add(Store.message("p", i, Payload.text("x".repeat(100))));
        }
        var answer = new CompletableFuture<List<Broker.Appended>>();
        store.broker().append(RoomName.of("room" + room), batch, answer::complete);
        answers.add(answer);
      }
      answers.forEach(answer -> Store.stored(answer.join().getLast()));
    }
    long began = System.nanoTime();
    try (Store store = Store.open(settings, CrashedProcess.KEEP_ALL, new FakeClock())) {
      assertThat(store.read(RoomName.of("room7"), 1, 1000).entries()).hasSize(MESSAGES_A_ROOM);
      assertThat(Store.stored(store.publish(RoomName.of("room9999"), "p", 101)).position().offset())
          .isEqualTo(MESSAGES_A_ROOM + 1);
      long millis = (System.nanoTime() - began) / 1_000_000;
      System.out.println("start, one reading and one publish: " + millis + " ms");
      assertThat(millis).isLessThan(2000);
    }
  }
}
