package dev.carillon.broker.sqlite;

import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many messages of 1 KiB a second are stored for 100 publishers that pipeline 16 each, beside a
 * bare loop of the same inserts in groups of the same size. The two take turns. Arguments: seconds
 * a turn, turns, rooms.
 */
final class Throughput {
  private static final int PUBLISHERS = 100;
  private static final int PIPELINED = 16;

  private static final Payload PAYLOAD = Payload.text("x".repeat(1024));

  private final int rooms;
  private final long nanos;

  private Throughput(int seconds, int rooms) {
    this.rooms = rooms;
    this.nanos = seconds * 1_000_000_000L;
  }

  private record Turn(double messagesASecond, double group, double p50, double p99) {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    int turns = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    int rooms = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
    Throughput measured = new Throughput(seconds, rooms);
    double[] ratios = new double[turns];
    for (int turn = 0; turn < turns; turn++) {
      Turn broker = measured.broker();
      double bare = measured.bare((int) Math.max(1, Math.round(broker.group())));
      ratios[turn] = broker.messagesASecond() / bare;
      System.out.printf(
          Locale.ROOT,
          "broker %,.0f/s in groups of %.0f, answered in %.1f ms (p50) %.1f ms (p99); bare %,.0f/s;"
              + " ratio %.2f%n",
          broker.messagesASecond(),
          broker.group(),
          broker.p50(),
          broker.p99(),
          bare,
          ratios[turn]);
    }
    Arrays.sort(ratios);
    System.out.printf(Locale.ROOT, "median ratio %.2f%n", ratios[turns / 2]);
    System.out.printf(Locale.ROOT, "one that waits: %s%n", measured.alone());
  }

  private Turn broker() throws Exception {
    Path directory = Files.createTempDirectory(Path.of("target"), "throughput");
    try (SqliteBroker broker = open(directory)) {
      AtomicLong end = new AtomicLong(System.nanoTime() + nanos);
      LongAdder stored = new LongAdder();
      List<Long> latencies = new ArrayList<>(); // the writer alone adds to it
      CountDownLatch running = new CountDownLatch(PUBLISHERS * PIPELINED);
      long began = System.nanoTime();
      for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
        long[] next = {1};
        for (int i = 0; i < PIPELINED; i++) {
          publish(broker, publisher, next, end, stored, latencies, running);
        }
      }
      running.await();
      double took = (System.nanoTime() - began) / 1e9;
      StoreFigures figures = broker.figures();
      latencies.sort(null);
      return new Turn(
          stored.sum() / took,
          (double) figures.stored() / figures.commits(),
          latencies.get(latencies.size() / 2) / 1e6,
          latencies.get((int) (latencies.size() * 0.99)) / 1e6);
    } finally {
      delete(directory);
    }
  }

  private void publish(
      Broker broker,
      int publisher,
      long[] next,
      AtomicLong end,
      LongAdder stored,
      List<Long> latencies,
      CountDownLatch running) {
    long now = System.nanoTime();
    if (now > end.get()) {
      running.countDown();
      return;
    }
    broker.append(
        RoomName.of("room" + publisher % rooms),
        List.of(Store.message("p" + publisher, next[0]++, PAYLOAD)),
        results -> {
          Store.stored(results.getFirst());
          stored.increment();
          latencies.add(System.nanoTime() - now);
          publish(broker, publisher, next, end, stored, latencies, running);
        });
  }

  /** The same tables, group sizes and syncs: messages, and a row for each publisher and room. */
  private double bare(int group) throws Exception {
    Path directory = Files.createTempDirectory(Path.of("target"), "bare");
    try (Connection connection = Database.openWriter(directory.resolve(Database.FILE))) {
      Tables tables = new Tables(connection);
      StoredRoom[] all = new StoredRoom[rooms];
      for (int i = 0; i < rooms; i++) {
        RoomName name = RoomName.of("room" + i);
        all[i] = new StoredRoom(name, i + 1, new dev.carillon.core.Epoch(i, i), 0);
        tables.insertRoom(all[i]);
      }
      Publisher[] publishers = new Publisher[PUBLISHERS];
      Arrays.setAll(publishers, i -> new Publisher(1));
      long began = System.nanoTime();
      long stored = 0;
      long commits = 0;
      while (System.nanoTime() - began < nanos) {
        stored += insertGroup(tables, all, publishers, stored, group);
        tables.setCommits(++commits);
        tables.commit();
        if (tables.walPages() > 2048) {
          tables.checkpoint("PASSIVE");
        }
      }
      return stored / ((System.nanoTime() - began) / 1e9);
    } finally {
      delete(directory);
    }
  }

  private int insertGroup(
      Tables tables, StoredRoom[] all, Publisher[] publishers, long before, int group)
      throws SQLException {
    tables.begin();
    for (int i = 0; i < group; i++) {
      int publisher = (int) ((before + i) % PUBLISHERS);
      StoredRoom room = all[publisher % rooms];
      long sequence = publishers[publisher].lastSequence() + 1;
      Message message =
          new Message(
              "p" + publisher + ":1:" + sequence,
              null,
              PAYLOAD,
              null,
              1,
              java.util.Map.of(),
              null,
              0,
              0,
              true);
      long offset = room.grow(message.weight(), 1);
      tables.insert(room.place(offset), message);
      publishers[publisher].remember(sequence, offset);
    }
    for (int i = 0; i < Math.min(group, PUBLISHERS); i++) {
      tables.replacePublisher(all[i % rooms], "p" + i, publishers[i], 1);
    }
    for (StoredRoom room : all) {
      tables.updateRoom(room);
    }
    return group;
  }

  /** Somebody who waits for each answer, beside bare transactions of one message. */
  private String alone() throws Exception {
    double one;
    Path directory = Files.createTempDirectory(Path.of("target"), "alone");
    int count = 200;
    try (SqliteBroker broker = open(directory)) {
      long began = System.nanoTime();
      for (int i = 1; i <= count; i++) {
        var append = Store.message("p", i, PAYLOAD);
        Store.stored(
            Store.<List<Broker.Appended>>await(
                    answer -> broker.append(RoomName.of("room"), List.of(append), answer))
                .getFirst());
      }
      one = (System.nanoTime() - began) / 1e6 / count;
    } finally {
      delete(directory);
    }
    double bare = 1000 / bare(1);
    return "%.2f ms an answer, %.2f ms a bare transaction".formatted(one, bare);
  }

  private static SqliteBroker open(Path directory) {
    return SqliteBroker.open(
        SqliteSettings.in(directory),
        CrashedProcess.KEEP_ALL,
        InstantSource.system(),
        new SplittableRandom(1));
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
