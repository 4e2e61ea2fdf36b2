package dev.carillon.benchmarks;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.BrokerProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Measures {@code serve --data} on the disk of a directory: what 100 publishers get, what one gets
 * who waits, and how long a full store takes to start. {@code benchmarks/store} says how to call
 * it.
 */
final class StoreBench {
  private static final int PUBLISHERS = 100;
  private static final int PIPELINED = 16;
  private static final int ROOMS = 10;
  private static final int BYTES = 1024;
  private static final double RATE = 20_000;

  private final List<String> server;
  private final Path work;
  private final int rounds;
  private final double seconds;

  private StoreBench(String server, Path work, int rounds, double seconds) {
    this.server = List.of(server.split(" "));
    this.work = work;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws Exception {
    var bench =
        new StoreBench(
            arguments[0],
            Files.createTempDirectory(Path.of(arguments[1]), "store"),
            Integer.parseInt(arguments[2]),
            Double.parseDouble(arguments[3]));
    List<String> parts = List.of(arguments[4].split(","));
    try {
      if (parts.contains("many")) {
        bench.many();
      }
      if (parts.contains("one")) {
        bench.one();
      }
      if (parts.contains("start")) {
        bench.start();
      }
    } finally {
      delete(bench.work);
    }
  }

  // -- Many publishers -------------------------------------------------------------------------

  private void many() throws Exception {
    double[] ratios = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      Path data = work.resolve("many");
      DurableLoad.Result full;
      DurableLoad.Result paced;
      long group;
      double processor;
      try (Running running = serve(data)) {
        try (var load = new DurableLoad(running.port, PUBLISHERS, PIPELINED, ROOMS, BYTES)) {
          full = load.run(8, seconds, 0);
          long[] before = counts(data);
          Duration spent = running.processorTime();
          load.run(0, 1, 0);
          long[] after = counts(data);
          group = (after[1] - before[1]) / Math.max(1, after[0] - before[0]);
          processor =
              (running.processorTime().toNanos() - spent.toNanos()) / 1e3 / (after[1] - before[1]);
          paced = load.run(1, seconds, RATE);
        }
      }
      double bare;
      try (var inserts = new BareInserts(data, work.resolve("bare"), PUBLISHERS, ROOMS, BYTES)) {
        inserts.run(1, (int) group);
        bare = inserts.run(seconds, (int) group);
      }
      ratios[round] = full.messagesASecond() / bare;
      print(
          "as fast as it goes: %,.0f messages/s in groups of %d, %.0f us of the server's CPU each;"
              + " answered %.1f ms (p50) %.1f ms (p99), delivered %.1f ms (p50) %.1f ms (p99)",
          full.messagesASecond(),
          group,
          processor,
          full.answered50(),
          full.answered99(),
          full.delivered50(),
          full.delivered99());
      print("  bare inserts: %,.0f messages/s; ratio %.2f", bare, ratios[round]);
      print(
          "  at a rate of %,.0f: %,.0f messages/s; answered %.1f ms (p50) %.1f ms (p99), delivered"
              + " %.1f ms (p50) %.1f ms (p99) %.1f ms (p99.9)",
          RATE,
          paced.messagesASecond(),
          paced.answered50(),
          paced.answered99(),
          paced.delivered50(),
          paced.delivered99(),
          paced.delivered999());
      delete(data);
    }
    Arrays.sort(ratios);
    print("median ratio to bare inserts: %.2f", ratios[rounds / 2]);
  }

  /** Transactions, and messages. */
  private static long[] counts(Path data) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("carillon.db"));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count, (SELECT sum(head) FROM room) FROM commits")) {
      row.next();
      return new long[] {row.getLong(1), row.getLong(2)};
    }
  }

  // -- One publisher ---------------------------------------------------------------------------

  private void one() throws Exception {
    for (int round = 0; round < rounds; round++) {
      Path data = work.resolve("one");
      double before = sync();
      DurableLoad.Result result;
      try (Running running = serve(data);
          var load = new DurableLoad(running.port, 1, 1, 1, BYTES)) {
        result = load.run(8, seconds, 0);
      }
      double after = sync();
      print(
          "one who waits: %.2f ms (p50) %.2f ms (p99) an answer; fsync %.2f ms before, %.2f ms"
              + " after (p50)",
          result.answered50(), result.answered99(), before, after);
      delete(data);
    }
  }

  /** The median time that a sync of one more page takes on this disk, in milliseconds. */
  private double sync() throws IOException {
    Path file = work.resolve("sync");
    long[] times = new long[300];
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < times.length; i++) {
        ByteBuffer page = ByteBuffer.allocate(4096);
        channel.write(page, i * 4096L);
        long began = System.nanoTime();
        channel.force(false);
        times[i] = System.nanoTime() - began;
      }
    }
    Files.delete(file);
    Arrays.sort(times);
    return times[times.length / 2] / 1e6;
  }

  // -- Start -----------------------------------------------------------------------------------

  private void start() throws Exception {
    Path empty = work.resolve("empty");
    Path full = work.resolve("full");
    fill(full, 10_000, 100);
    print(
        "1,000,000 messages of 200 bytes in 10,000 rooms: %,d MiB",
        Files.size(full.resolve("carillon.db")) >> 20);
    for (int round = 0; round < rounds; round++) {
      started("empty", empty);
      started("10,000 rooms, 1,000,000 messages", full);
      forget(full);
      started("the same, not in the system's cache", full);
    }
  }

  private void started(String what, Path data) throws Exception {
    long began = System.nanoTime();
    try (Running running = serve(data)) {
      double listening = (System.nanoTime() - began) / 1e9;
      try (var load = new DurableLoad(running.port, 1, 1, 1, BYTES)) {
        load.run(0, 0.05, 20);
      }
      double answered = (System.nanoTime() - began) / 1e9 - 0.05;
      print(
          "start, %s: listening after %.2f s, one joined and was answered after %.2f s; %d MiB"
              + " resident",
          what, listening, answered, running.residentBytes() >> 20);
    }
  }

  /** Fills a store as a server would. */
  private static void fill(Path data, int rooms, int messages) throws InterruptedException {
    Policies policies =
        room -> RoomPolicy.DEFAULT.withRetention(new Retention(1000, 1 << 30, Duration.ofDays(1)));
    BrokerProvider sqlite =
        ServiceLoader.load(BrokerProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("sqlite"))
            .findFirst()
            .orElseThrow();
    InstantSource clock = InstantSource.system();
    var settings = Map.of("directory", data.toString(), "answer_timeout_seconds", "600");
    try (Broker broker = sqlite.open(settings, policies, clock, new SplittableRandom(1))) {
      var waiting = new Semaphore(100);
      var left = new CountDownLatch(rooms);
      for (int room = 0; room < rooms; room++) {
        List<Broker.Append> batch = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
          Draft draft = Draft.of(Payload.text("x".repeat(200)));
          batch.add(new Broker.Append(draft, "m" + i, null, clock.millis()));
        }
        waiting.acquire();
        broker.append(
            RoomName.of("filled/" + room),
            batch,
            results -> {
              waiting.release();
              left.countDown();
            });
      }
      left.await();
    }
  }

  /** Has the system forget what it keeps of the files in memory. */
  private static void forget(Path data) throws IOException, InterruptedException {
    try (var files = Files.list(data)) {
      for (Path file : files.toList()) {
        new ProcessBuilder("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      }
    }
  }

  // -- The server ------------------------------------------------------------------------------

  private Running serve(Path data) throws IOException {
    Path configuration = work.resolve("carillon.yaml");
    Files.writeString(
        configuration,
        """
        rooms:
          bench/{id}:
            retention: {count: 10000000, size: 64 GiB, age: 1d}
            slow_readers: {max_behind: 1 GiB}
        """);
    var command = new ArrayList<>(server);
    command.addAll(List.of("serve", "--json", "--port", "0", "--data", data.toString()));
    command.addAll(List.of("--config", configuration.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(work.resolve("errors.log").toFile()).start();
    return new Running(process);
  }

  /** A server that listens. */
  private static final class Running implements AutoCloseable {
    private final Process process;
    final int port;

    Running(Process process) throws IOException {
      this.process = process;
      var said = new StringBuilder();
      var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said.append(line).append('\n');
        var found = java.util.regex.Pattern.compile("ws://localhost:(\\d+)").matcher(line);
        if (found.find()) {
          port = Integer.parseInt(found.group(1));
          Thread.ofPlatform().daemon().start(() -> out.lines().forEach(line2 -> {}));
          return;
        }
      }
      throw new IOException("the server did not start: " + said);
    }

    Duration processorTime() {
      return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    long residentBytes() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc", "" + process.pid(), "status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return 0;
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException interrupted) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var all = Files.walk(directory)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
