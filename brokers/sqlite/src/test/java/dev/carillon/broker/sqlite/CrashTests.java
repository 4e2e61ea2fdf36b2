package dev.carillon.broker.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Position;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes at random moments, and compares what they said with what is there. */
class CrashTests {
  private record Publish(int publisher, long sequence) {}

  @TempDir Path directory;

  private final Map<Publish, Position> answered = new HashMap<>();
  private final long[] next = new long[CrashedProcess.PUBLISHERS];

  @Test
  void nothingAnsweredIsMissingAfterTwentyKills() throws Exception {
    survives(20, 7);
  }

  @Test
  @Tag("full")
  void nothingAnsweredIsMissingAfterTwoHundredKills() throws Exception {
    survives(200, System.nanoTime());
  }

  private void survives(int kills, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    java.util.Arrays.fill(next, 1);
    for (int kill = 1; kill <= kills; kill++) {
      Path answers = directory.resolve("answers-" + kill);
      Path temporary = Files.createDirectory(directory.resolve("temporary-" + kill));
      Process process = start(answers, temporary);
      if (random.nextInt(5) > 0) { // else perhaps while it is opening
        while (Files.size(answers) == 0 && process.isAlive()) {
          process.waitFor(5, TimeUnit.MILLISECONDS);
        }
      }
      process.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
      assertThat(process.isAlive()).as("killed, and not ended, with seed %d", seed).isTrue();
      process.destroyForcibly().waitFor();
      if (Files.size(answers) > 0) {
        assertThat(temporary).as("what a kill leaves").isEmptyDirectory();
      }
      take(answers);
      if (kill % 10 == 0 || kill == kills) {
        check("seed " + seed + ", kill " + kill);
      }
    }
    assertThat(answered.size()).isGreaterThan(kills * 10);
  }

  private Process start(Path answers, Path temporary) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.add(CrashedProcess.class.getName());
    command.add(directory.resolve("store").toString());
    for (long sequence : next) {
      command.add(Long.toString(sequence));
    }
    return new ProcessBuilder(command)
        .redirectOutput(answers.toFile())
        .redirectError(directory.resolve("errors").toFile())
        .start();
  }

  private void take(Path answers) throws IOException {
    String all = Files.readString(answers);
    for (String line : all.substring(0, all.lastIndexOf('\n') + 1).lines().toList()) {
      String[] words = line.split(" ", 3);
      assertThat(words[0]).as(line).isNotEqualTo("failed");
      Publish publish = new Publish(Integer.parseInt(words[0]), Long.parseLong(words[1]));
      Position position = Position.parse(words[2]);
      assertThat(position).isNotNull();
      Position before = answered.putIfAbsent(publish, position);
      assertThat(before == null || before.equals(position)).as("%s twice", publish).isTrue();
    }
    for (int publisher = 0; publisher < next.length; publisher++) {
      while (answered.containsKey(new Publish(publisher, next[publisher]))) {
        next[publisher]++;
      }
    }
    Files.delete(answers);
  }

  private void check(String when) {
    try (Store store =
        Store.open(
            SqliteSettings.in(directory.resolve("store")),
            CrashedProcess.KEEP_ALL,
            new FakeClock())) {
      Map<Publish, Position> there = new HashMap<>();
      Set<Epoch> epochs = new HashSet<>();
      for (int room = 0; room < CrashedProcess.ROOMS; room++) {
        long from = 1;
        Broker.Page page = store.read(CrashedProcess.room(room), from, 10_000);
        epochs.add(page.extent().epoch());
        long[] last = new long[CrashedProcess.PUBLISHERS];
        while (!page.entries().isEmpty()) {
          for (Entry entry : page.entries()) {
            assertThat(entry.offset()).as(when).isEqualTo(from++);
            Publish publish = publish(entry);
            assertThat(publish.sequence()).as(when).isEqualTo(++last[publish.publisher()]);
            there.put(publish, new Position(page.extent().epoch(), entry.offset()));
          }
          page = store.read(CrashedProcess.room(room), from, 10_000);
        }
      }
      assertThat(epochs).as(when).hasSize(CrashedProcess.ROOMS);
      answered.forEach(
          (publish, position) ->
              assertThat(there.get(publish)).as("%s: %s", when, publish).isEqualTo(position));
    }
  }

  private static Publish publish(Entry entry) {
    String[] words = entry.message().payload().asText().split(" ", 3);
    return new Publish(Integer.parseInt(words[0]), Long.parseLong(words[1]));
  }
}
