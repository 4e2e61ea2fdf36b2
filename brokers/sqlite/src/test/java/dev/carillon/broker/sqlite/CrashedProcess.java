package dev.carillon.broker.sqlite;

import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Broker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * A process that publishes until it is killed, and writes down every answer. Arguments: the
 * directory, and for each publisher the sequence to begin with.
 */
final class CrashedProcess {
  static final int PUBLISHERS = 12;
  static final int ROOMS = 3;
  private static final int PIPELINED = 8;

  /** Everything is kept, and nothing is too old. */
  static final Policies KEEP_ALL =
      room ->
          RoomPolicy.DEFAULT.withRetention(
              new Retention(10_000_000, 1L << 40, Duration.ofDays(3650)));

  private final Broker broker;
  private final FileOutputStream answers = new FileOutputStream(FileDescriptor.out);

  private CrashedProcess(Broker broker) {
    this.broker = broker;
  }

  static RoomName room(int publisher) {
    return RoomName.of("crash/" + publisher % ROOMS);
  }

  public static void main(String[] arguments) throws InterruptedException {
    SqliteBroker broker =
        SqliteBroker.open(
            SqliteSettings.in(Path.of(arguments[0])),
            KEEP_ALL,
            InstantSource.system(),
            new SplittableRandom(System.nanoTime()));
    CrashedProcess process = new CrashedProcess(broker);
    for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
      long first = Long.parseLong(arguments[1 + publisher]);
      for (int i = 0; i < PIPELINED; i++) {
        process.publish(publisher, first + i);
      }
    }
    new CountDownLatch(1).await();
  }

  private void publish(int publisher, long sequence) {
    Payload payload = Payload.text(publisher + " " + sequence + " " + "x".repeat(publisher * 50));
    Broker.Append append = Store.message("p" + publisher, sequence, payload);
    broker.append(
        room(publisher),
        List.of(append),
        results -> {
          switch (results.getFirst()) {
            case Broker.Appended.Stored(Position position, var level, boolean duplicate) -> {
              write("%d %d %s%n".formatted(publisher, sequence, position));
              publish(publisher, sequence + PIPELINED);
            }
            case Broker.Appended.Failed failed -> write("failed %s%n".formatted(failed));
          }
        });
  }

  /** Each answer with one write, so that all but the last line are whole when it is killed. */
  private void write(String line) {
    try {
      answers.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException broken) {
      Runtime.getRuntime().halt(3);
    }
  }
}
