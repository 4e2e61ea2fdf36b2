package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.HistoryQuery;
import dev.carillon.client.JoinOptions;
import dev.carillon.client.Message;
import dev.carillon.client.PublishOptions;
import dev.carillon.client.Published;
import dev.carillon.client.Room;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.Level;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code serve --data} on a disk that fails: a library of a few lines stands between the process
 * and its system calls, and fails those for which there is a file.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StoreFaultTests {
  private static final String FAULTS =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>
      static int fails(const char *call) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", getenv("FAULTS"), call);
        return access(file, F_OK) == 0;
      }
      int fsync(int fd) {
        if (fails("fsync")) { errno = EIO; return -1; }
        for (int tenths = 0; tenths < 400 && fails("slow"); tenths++) usleep(100000);
        return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(fd);
      }
      ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
        if (fails("full")) { errno = ENOSPC; return -1; }
        if (fails("broken")) { errno = EIO; return -1; }
        if (fails("readonly")) { errno = EROFS; return -1; }
        return ((ssize_t (*)(int, const void *, size_t, off64_t)) dlsym(RTLD_NEXT, "pwrite64"))(
            fd, bytes, count, at);
      }
      """;

  private static final Target STORED = new Target.Room("chat/a");
  private static final Target OTHER = new Target.Room("chat/other");

  @TempDir private Path folder;
  private Path library;

  @BeforeEach
  void compile() throws Exception {
    Path source = Files.writeString(folder.resolve("faults.c"), FAULTS);
    library = folder.resolve("faults.so");
    int status;
    try {
      status =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", "" + library, "" + source, "-ldl")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException absent) {
      status = -1;
    }
    assumeThat(status).as("a disk that fails needs a C compiler, and Linux").isZero();
  }

  private Served serve(int port) throws IOException {
    return serve(port, "");
  }

  private Served serve(int port, String configuration) throws IOException {
    Path file = Files.writeString(folder.resolve("carillon.yaml"), configuration);
    return Served.listening(
        Served.launch(
            Map.of("LD_PRELOAD", library.toString(), "FAULTS", folder.toString()),
            ProcessBuilder.Redirect.INHERIT,
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            "--port",
            Integer.toString(port),
            "--config",
            file.toString(),
            "--data",
            folder.resolve("store").toString()));
  }

  private static CarillonClient connect(Served server) {
    return CarillonClient.connect(
        "ws://127.0.0.1:" + server.port(), ClientOptions.DEFAULT.withKeepTrying());
  }

  @ParameterizedTest
  @CsvSource({"full, the disk is full", "broken, the disk failed", "readonly, the disk failed"})
  void aDiskThatTakesNothingStopsPublishingAloneAndOnlyForAsLongAsItDoes(String fault, String words)
      throws Exception {
    try (Served server = serve(0);
        CarillonClient client = connect(server)) {
      Room room = client.join("chat/a");
      List<RoomEvent> told = new CopyOnWriteArrayList<>();
      room.onEvent(told::add);
      client.publish("chat/a", "one");

      Path flag = Files.createFile(folder.resolve(fault));
      var later = room.publishAsync("two");
      await().until(() -> told.stream().anyMatch(RoomEvent.Stale.class::isInstance));
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(server.get("/health/ready").body()).contains("not_storing").contains(words);
      assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(server.metric("carillon_store_up")).isZero();
      assertThat(client.history("chat/a", HistoryQuery.OLDEST).messages())
          .extracting(Message::data)
          .containsExactly("one");
      try (CarillonClient newcomer = connect(server)) {
        assertThat(newcomer.join("chat/a").nextEvent(Duration.ofSeconds(20)))
            .isInstanceOf(RoomEvent.Stale.class);
      }
      assertThat(later).isNotDone();

      Files.delete(flag);
      assertThat(later.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(2);
      assertThat(later.get().duplicate()).isFalse();
      await().until(() -> server.get("/health/ready").statusCode() == 200);
      assertThat(server.metric("carillon_store_up")).isEqualTo(1);
      await().until(() -> told.stream().filter(Message.class::isInstance).count() == 2);
    }
  }

  @Test
  void aReaderOfAQuietRoomIsToldThatItIsStoredAgain() throws Exception {
    try (Served server = serve(0);
        CarillonClient client = connect(server);
        CarillonClient publisher = connect(server)) {
      Room quiet = client.join("chat/quiet");
      List<RoomEvent> told = new CopyOnWriteArrayList<>();
      quiet.onEvent(told::add);
      publisher.publish("chat/quiet", "one");
      await().until(() -> told.size() == 1);

      Path flag = Files.createFile(folder.resolve("full"));
      var later = publisher.publishAsync(OTHER, Payload.text("two"), PublishOptions.DEFAULT);
      await().until(() -> told.size() == 2);
      Files.delete(flag);

      await().until(() -> told.size() == 3);
      assertThat(told.get(1)).isInstanceOf(RoomEvent.Stale.class);
      assertThat(told.get(2)).isEqualTo(new RoomEvent.Fresh("chat/quiet"));
      later.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aDiskIsTriedAgainAlsoWhenNobodyPublishes() throws Exception {
    try (Served server = serve(0)) {
      Path flag;
      try (CarillonClient client = connect(server)) {
        client.publish("chat/a", "one");
        flag = Files.createFile(folder.resolve("full"));
        var _ = client.publishAsync(OTHER, Payload.text("two"), PublishOptions.DEFAULT);
        await().until(() -> server.get("/health/ready").statusCode() == 503);
        client.close(Duration.ZERO);
      }
      Files.delete(flag);
      await().until(() -> server.get("/health/ready").statusCode() == 200);
    }
  }

  @Test
  void aSlowDiskKeepsPublishersWaitingAndNobodyWhoReads() throws Exception {
    try (Served server = serve(0);
        CarillonClient client = connect(server)) {
      client.publish("chat/a", "one");

      Path flag = Files.createFile(folder.resolve("slow"));
      var later = client.publishAsync(STORED, Payload.text("two"), PublishOptions.DEFAULT);
      assertThat(client.history("chat/a", HistoryQuery.OLDEST).messages()).hasSize(1);
      assertThat(later).isNotDone();
      await().until(() -> server.get("/health/ready").body().contains("the disk is slow"));
      assertThat(server.metric("carillon_store_waiting_seconds")).isPositive();
      assertThat(server.get("/health/live").statusCode()).isEqualTo(200);

      Files.delete(flag);
      assertThat(later.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(2);
      await().until(() -> server.get("/health/ready").statusCode() == 200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"slow", "full", "fsync"})
  void volatileRoomsGoOnWhateverTheDiskDoes(String fault) throws Exception {
    try (Served server = serve(0, "rooms: {'live/{id}': {delivery: volatile}}\n");
        CarillonClient client = connect(server)) {
      Room live = client.join("live/a");
      List<RoomEvent> told = new CopyOnWriteArrayList<>();
      live.onEvent(told::add);
      client.publish("chat/a", "one");
      Position before = live.publish("before").position();

      Path flag = Files.createFile(folder.resolve(fault));
      var later = client.publishAsync(STORED, Payload.text("two"), PublishOptions.DEFAULT);
      await().until(() -> server.get("/health/ready").statusCode() == 503);
      for (int i = 1; i <= 200; i++) {
        Published now = live.publish("now " + i);
        assertThat(now.level()).isEqualTo(Level.MEMORY);
        assertThat(now.position()).isEqualTo(new Position(before.epoch(), i + 1L));
      }
      try (CarillonClient newcomer = connect(server)) {
        Room fresh = newcomer.join("live/new"); // it was never there while the disk was well
        fresh.publish("first");
        assertThat(fresh.next().data()).isEqualTo("first");
        Room busy = newcomer.join("live/a", JoinOptions.DEFAULT.withPresence());
        assertThat(busy.presence()).hasSize(2);
        busy.publish("from the newcomer");
        newcomer.close(Duration.ZERO);
      }
      await().until(() -> told.stream().filter(Message.class::isInstance).count() == 202);
      assertThat(told).noneMatch(RoomEvent.Stale.class::isInstance);
      assertThat(later).isNotDone();
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);

      Files.delete(flag);
      if (fault.equals("fsync")) {
        client.close(Duration.ZERO);
      } else {
        assertThat(later.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(2);
      }
    }
  }

  @Test
  void whatADiskHasNotTakenInTimeIsInDoubtAndSettledByBeingSentAgain() throws Exception {
    String hasty =
        """
        broker:
          name: sqlite
          settings: {directory: %s, answer_timeout_seconds: 1}
        """
            .formatted(folder.resolve("store"));
    try (Served server = serve(0, hasty);
        CarillonClient client = connect(server)) {
      client.publish("chat/a", "one");
      Path flag = Files.createFile(folder.resolve("slow"));
      var later = client.publishAsync(STORED, Payload.text("two"), PublishOptions.DEFAULT);
      var refused = "carillon_publishes_total{outcome=\"in_doubt\"}";
      await().until(() -> server.metric(refused) > 0);
      Files.delete(flag);

      assertThat(later.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(2);
      assertThat(client.history("chat/a", HistoryQuery.OLDEST).messages())
          .extracting(Message::data)
          .containsExactly("one", "two");
    }
  }

  @Test
  void aSyncThatFailsStopsTheStoreUntilTheServerIsStartedAgain() throws Exception {
    Served server = serve(0);
    try (CarillonClient client = connect(server)) {
      Room room = client.join("chat/a");
      client.publish("chat/a", "one");

      Path flag = Files.createFile(folder.resolve("fsync"));
      var later = room.publishAsync("two");
      await().until(() -> server.get("/health/live").statusCode() == 503);
      Files.delete(flag);
      assertThat(server.get("/health/live").body())
          .contains("stopped")
          .contains("until this server is started again");
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
      try (CarillonClient other = connect(server)) {
        assertThat(other.history("chat/a", HistoryQuery.OLDEST).messages().getFirst().data())
            .isEqualTo("one");
        other.close(Duration.ZERO);
      }
      assertThat(later).isNotDone();

      server.kill();
      try (Served again = serve(server.port())) {
        assertThat(later.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(2);
        assertThat(client.history("chat/a", HistoryQuery.OLDEST).messages())
            .extracting(Message::data)
            .containsExactly("one", "two");
        assertThat(again.get("/health/live").statusCode()).isEqualTo(200);
      }
    } finally {
      server.close();
    }
  }
}
