package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.sqlite.StoreBackup;
import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.JoinOptions;
import dev.carillon.client.Room;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.Member;
import dev.carillon.wire.PresenceEvent;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --data}, killed at random moments under publishers and readers. */
class KillTests {
  private static final String KEEP_ALL =
      """
      rooms:
        kill/{id}:
          retention: {count: 10000000, size: 8 GiB, age: 1d}
      session: {presence_grace: 5s}
      """;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void fiveKillsLoseAndRepeatNothing() throws Exception {
    survives(5, 11);
  }

  @Test
  @Tag("full")
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void twoHundredKillsLoseAndRepeatNothing() throws Exception {
    survives(200, System.nanoTime());
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void restartsUnderLoadLoseAndRepeatNothing() throws Exception {
    Served server = Served.listening(launch(0));
    int port = server.port();
    try (KillWitness witness = new KillWitness("ws://127.0.0.1:" + port)) {
      for (int restart = 1; restart <= 2; restart++) {
        witness.awaitAnswers(200);
        server.end();
        server = Served.listening(launch(port));
        witness.check("restart " + restart);
      }
      witness.awaitAnswers(200);
      witness.finish();
      assertThat(folder.resolve("errors")).content().doesNotContain("Exception");
    } finally {
      server.close();
    }
  }

  private void survives(int kills, long seed) throws Exception {
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Served server = Served.listening(launch(0));
    int port = server.port();
    try (KillWitness witness = new KillWitness("ws://127.0.0.1:" + port)) {
      for (int kill = 1; kill <= kills; kill++) {
        if (random.nextInt(4) > 0) {
          witness.awaitAnswers(1 + random.nextInt(300));
        }
        server.goOn(random.nextInt(300));
        assertThat(server.isAlive()).as("killed, and not ended, with seed %d", seed).isTrue();
        copies(kill, server, witness);
        server.kill();
        if (random.nextInt(8) == 0) { // and once more while it starts
          Process starting = launch(port);
          starting.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
          starting.destroyForcibly().waitFor();
        }
        server = Served.listening(launch(port));
        witness.check("kill " + kill + " of seed " + seed);
      }
      witness.finish();
      System.out.println(kills + " kills: " + witness);
    } finally {
      server.close();
    }
  }

  /**
   * Of every five kills one is behind a backup, and one behind a stop in which files are copied.
   */
  private void copies(int kill, Served server, KillWitness witness) throws Exception {
    Path store = folder.resolve("store");
    Path backup = folder.resolve("backup-" + kill + ".db");
    if (kill % 5 == 2) {
      long answered = witness.answered();
      assertThat(StoreBackup.copy(store, backup)).isGreaterThanOrEqualTo(answered);
    } else if (kill % 5 == 4) {
      server.pause();
      long answered = witness.answered();
      Path snapshot = Files.createDirectory(folder.resolve("snapshot-" + kill));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(store)) {
        for (Path file : files) {
          Files.copy(file, snapshot.resolve(file.getFileName()));
        }
      }
      assertThat(StoreBackup.copy(snapshot, backup)).isGreaterThanOrEqualTo(answered);
    }
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void whoComesBackAfterAKillIsTheSameMemberAndWhoDoesNotIsToldToHaveLeftOnce() throws Exception {
    Served first = Served.listening(launch(0));
    String url = "ws://127.0.0.1:" + first.port();
    var alice = CarillonClient.connect(url);
    try (var bob = CarillonClient.connect(url, ClientOptions.DEFAULT.withKeepTrying())) {
      alice.join("kill/p");
      Room room = bob.join("kill/p", JoinOptions.DEFAULT.withPresence());
      String gone = alice.session();
      String here = bob.session();
      await().until(() -> room.presence().size() == 2);
      List<String> told = new CopyOnWriteArrayList<>();
      room.onEvent(
          event -> {
            if (event instanceof RoomEvent.PresenceChanged(var name, var what, var who, var count)
                && who != null) {
              told.add(who.session() + " " + what);
            }
          });
      first.kill();
      alice.close(Duration.ZERO);
      try (Served second = Served.listening(launch(first.port()))) {
        await().atMost(Duration.ofSeconds(60)).until(() -> bob.connected() && !told.isEmpty());
        assertThat(bob.session()).isEqualTo(here);
        assertThat(bob.members("kill/p").members())
            .extracting(Member::session)
            .containsExactly(here);
        assertThat(told).containsExactly(gone + " " + PresenceEvent.LEAVE);
        assertThat(second.isAlive()).isTrue();
      }
    } finally {
      alice.close(Duration.ZERO);
      first.close();
    }
  }

  private Process launch(int port) throws IOException {
    Path configuration = Files.writeString(folder.resolve("carillon.yaml"), KEEP_ALL);
    return Served.launch(
        Map.of(),
        ProcessBuilder.Redirect.appendTo(folder.resolve("errors").toFile()),
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx300m"),
        "--port",
        Integer.toString(port),
        "--data",
        folder.resolve("store").toString(),
        "--config",
        configuration.toString());
  }
}
