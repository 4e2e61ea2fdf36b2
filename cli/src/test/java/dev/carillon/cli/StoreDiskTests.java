package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.HistoryQuery;
import dev.carillon.client.Published;
import dev.carillon.client.Room;
import dev.carillon.client.RoomEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --data} on a file system of its own, which fills up and becomes read-only. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StoreDiskTests {
  private static final int MESSAGES = 120;
  private static final String HUNDRED_KB = "x".repeat(100_000);

  @TempDir private Path folder;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    int status = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
    assumeThat(status).as("only root may mount").isZero();
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "--lazy", disk.toString()); // a server that was killed may not be gone yet
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException absent) {
      return -1;
    }
  }

  private Process launch(ProcessBuilder.Redirect errors) throws IOException {
    return Served.launch(
        Map.of(),
        errors,
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        "--port",
        "0",
        "--data",
        disk.resolve("store").toString());
  }

  private static CarillonClient connect(Served server) {
    return CarillonClient.connect(
        "ws://127.0.0.1:" + server.port(), ClientOptions.DEFAULT.withKeepTrying());
  }

  private void fill(Path filler) throws IOException {
    byte[] block = new byte[4096];
    try {
      while (true) {
        Files.write(filler, block, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } catch (IOException full) {
      assertThat(disk.toFile().getUsableSpace()).isLessThan(4096);
    }
  }

  @Test
  void aDiskThatFillsUpRefusesWhatItCannotTakeAndGoesOnWhenThereIsRoom() throws Exception {
    Path filler = disk.resolve("filler");
    try (Served server = Served.listening(launch(ProcessBuilder.Redirect.INHERIT))) {
      try (CarillonClient client = connect(server)) {
        Room room = client.join("chat/a");
        List<RoomEvent> told = new CopyOnWriteArrayList<>();
        room.onEvent(told::add);
        room.publish("first");
        fill(filler);

        List<CompletableFuture<Published>> waiting = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
          waiting.add(room.publishAsync(i + HUNDRED_KB));
        }
        await().until(() -> told.stream().anyMatch(RoomEvent.Stale.class::isInstance));
        // What still fits is stored meanwhile, and then it is ready for a moment.
        await().until(() -> server.get("/health/ready").body().contains("the disk is full"));
        assertThat(client.history("chat/a", HistoryQuery.OLDEST).messages().getFirst().data())
            .isEqualTo("first");

        Files.delete(filler);
        long expected = 2;
        for (CompletableFuture<Published> each : waiting) {
          assertThat(each.get(60, TimeUnit.SECONDS).position().offset()).isEqualTo(expected++);
        }
        await().until(() -> server.get("/health/ready").statusCode() == 200);
      }
      server.kill();
    }
    try (Served again = Served.listening(launch(ProcessBuilder.Redirect.INHERIT));
        CarillonClient client = connect(again)) {
      assertThat(client.publish("chat/a", "last").position().offset()).isEqualTo(MESSAGES + 2);
    }
  }

  @Test
  void aStoreThatCannotBeWrittenIsNotOpenedAndSaysWhy() throws Exception {
    try (Served server = Served.listening(launch(ProcessBuilder.Redirect.INHERIT));
        CarillonClient client = connect(server)) {
      client.publish("chat/a", "one");
      client.close(Duration.ZERO);
      server.end();
    }
    assertThat(run("mount", "-o", "remount,ro", disk.toString())).isZero();
    Process refused = launch(ProcessBuilder.Redirect.PIPE);
    String report = new String(refused.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(refused.waitFor()).isNotZero();
    assertThat(report).contains("Read-only file system").doesNotContain("Exception");

    assertThat(run("mount", "-o", "remount,rw", disk.toString())).isZero();
    try (Served again = Served.listening(launch(ProcessBuilder.Redirect.INHERIT));
        CarillonClient client = connect(again)) {
      assertThat(client.publish("chat/a", "two").position().offset()).isEqualTo(2);
    }
  }
}
