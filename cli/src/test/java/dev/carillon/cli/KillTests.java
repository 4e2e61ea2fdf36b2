package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
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

  private Process launch(int port) throws IOException {
    Path configuration = Files.writeString(folder.resolve("carillon.yaml"), KEEP_ALL);
    return Served.launch(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx300m"),
        "--port",
        Integer.toString(port),
        "--data",
        folder.resolve("store").toString(),
        "--config",
        configuration.toString());
  }
}
