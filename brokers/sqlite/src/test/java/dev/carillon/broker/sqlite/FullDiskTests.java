package dev.carillon.broker.sqlite;

import static dev.carillon.broker.sqlite.Store.ROOM;
import static dev.carillon.broker.sqlite.Store.failed;
import static dev.carillon.broker.sqlite.Store.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system of twelve megabytes, which takes the right to mount one. */
class FullDiskTests {
  @TempDir Path directory;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", directory.toString());
    assumeThat(mounted).as("a disk that fills needs the right to mount a tmpfs (root)").isTrue();
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", directory.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  @Test
  void publishingIsRefusedUnappliedReadingGoesOnAndItRecoversByItself() throws IOException {
    Path filler = directory.resolve("filler");
    Files.write(filler, new byte[5 << 20]);
    Payload payload = Payload.text("x".repeat(50_000));
    SqliteSettings settings = SqliteSettings.in(directory.resolve("store"));
    try (Store store = Store.open(settings, CrashedProcess.KEEP_ALL, new FakeClock())) {
      long sequence = 0;
      Broker.Appended last = store.append(ROOM, Store.message("p", 1, payload));
      while (last instanceof Broker.Appended.Stored) {
        sequence++;
        last = store.append(ROOM, Store.message("p", sequence + 1, payload));
      }
      assertThat(sequence).isGreaterThan(10);
      assertThat(failed(last).inDoubt()).isFalse();
      assertThat(failed(last).problem().detail()).contains("the disk is full");
      assertThat(failed(last).problem().reason()).isEqualTo(Problem.Reason.BROKER_UNAVAILABLE);
      assertThat(store.broker().figures().trouble()).contains("the disk is full");
      assertThat(store.read(ROOM, 1, 10_000).extent().head()).isEqualTo(sequence);
      assertThat(attached(store, ROOM)).isInstanceOf(Broker.Answer.Done.class);
      assertThat(failed(store.append(ROOM, Store.message("p", sequence + 1, payload))).inDoubt())
          .isFalse();

      Files.delete(filler);
      assertThat(
              stored(store.append(ROOM, Store.message("p", sequence + 1, payload)))
                  .position()
                  .offset())
          .isEqualTo(sequence + 1);
      assertThat(store.broker().figures().trouble()).isNull();
      assertThat(store.read(ROOM, 1, 10_000).entries())
          .extracting(entry -> entry.offset())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, sequence + 1).boxed().toList());
    }
  }

  private static Broker.Answer<Broker.Extent> attached(Store store, RoomName room) {
    Broker.Feed deaf =
        new Broker.Feed() {
          @Override
          public void entries(
              dev.carillon.core.Epoch epoch, java.util.List<dev.carillon.core.Entry> entries) {}

          @Override
          public void interrupted(Problem problem) {}
        };
    return Store.await(answer -> store.broker().attach(room, deaf, answer));
  }
}
