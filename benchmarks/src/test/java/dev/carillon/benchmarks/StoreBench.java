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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.concurrent.atomic.AtomicInteger;

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
      if (parts.contains("large")) {
        bench.large();
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
    fill(full, 10_000, 100, 200, 100);
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

  // -- Ten gigabytes ---------------------------------------------------------------------------

  private void large() throws Exception {
    Path data = work.resolve("large");
    long began = System.nanoTime();
    fill(data, 1000, 40, 256 << 10, 4);
    print(
        "40,000 messages of 256 KiB in 1,000 rooms: %,d MiB, made in %.0f s",
        Files.size(data.resolve("carillon.db")) >> 20, seconds(began));
    forget(data);
    began = System.nanoTime();
    try (Running running = serve(data, 40)) {
      print("start: listening after %.2f s", seconds(began));
      read(running);
      paced("beside it", running);
      print("  %d MiB resident", running.residentBytes() >> 20);
    }
    try (Running running = serve(data, 20)) { // half of it is to go
      double longest = 0;
      for (int i = 0;
          i < 60 && running.metric("carillon_store_trimmed_messages_total") < 20_000;
          i++) {
        paced("while it is trimmed", running);
        longest = running.metric("carillon_store_longest_commit_seconds");
      }
      print(
          "  %,.0f messages trimmed, longest transaction %.0f ms, %d MiB resident",
          running.metric("carillon_store_trimmed_messages_total"),
          longest * 1e3,
          running.residentBytes() >> 20);
      backup(running, data);
    }
    delete(data);
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  /** Reads what 50 rooms have, one after the other. */
  private static void read(Running running) throws Exception {
    double[] times = new double[50];
    long bytes = 0;
    for (int i = 0; i < times.length; i++) {
      long began = System.nanoTime();
      bytes += running.get("/rooms/filled/" + i * 20 + "?last=3").length();
      times[i] = seconds(began) * 1e3;
    }
    Arrays.sort(times);
    print(
        "the last three messages of a room: %.0f ms (half), %.0f ms (the slowest of 50), %,d KiB"
            + " each",
        times[25], times[49], bytes / 50 >> 10);
  }

  private void paced(String when, Running running) throws IOException {
    try (var load = new DurableLoad(running.port, 10, 16, 10, BYTES)) {
      var result = load.run(1, seconds, 1000);
      print(
          "%s, at a rate of 1,000: delivered %.1f ms (p50) %.1f ms (p99) %.1f ms (p99.9)",
          when, result.delivered50(), result.delivered99(), result.delivered999());
    }
  }

  private void backup(Running running, Path data) throws Exception {
    Path copy = work.resolve("copy.db");
    var command = new ArrayList<>(server);
    command.addAll(List.of("backup", "--data", data.toString(), copy.toString()));
    long began = System.nanoTime();
    Process process = new ProcessBuilder(command).inheritIO().start();
    paced("while a backup is made", running);
    if (process.waitFor() != 0) {
      throw new IOException("the backup failed");
    }
    print("backup: %,d MiB in %.0f s", Files.size(copy) >> 20, seconds(began));
    Files.delete(copy);
  }

  /**
   * Fills a store as a server would.
   *
   * @param bytes of a message
   * @param atOnce how many rooms are under way at once
   */
  private static void fill(Path data, int rooms, int messages, int bytes, int atOnce)
      throws InterruptedException {
    Policies policies =
        room -> RoomPolicy.DEFAULT.withRetention(new Retention(1000, 1 << 30, Duration.ofDays(1)));
    BrokerProvider sqlite =
        ServiceLoader.load(BrokerProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("sqlite"))
            .findFirst()
            .orElseThrow();
    InstantSource clock = InstantSource.system();
    var settings =
        Map.of("directory", data.toString(), "answer_timeout_seconds", "600", "queue_mib", "256");
    var missing = new AtomicInteger();
    try (Broker broker = sqlite.open(settings, policies, clock, new SplittableRandom(1))) {
      var waiting = new Semaphore(atOnce);
      var left = new CountDownLatch(rooms);
      for (int room = 0; room < rooms; room++) {
        List<Broker.Append> batch = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
          Draft draft = Draft.of(Payload.text("x".repeat(bytes)));
          batch.add(new Broker.Append(draft, "m" + i, null, clock.millis()));
        }
        waiting.acquire();
        broker.append(
            RoomName.of("filled/" + room),
            batch,
            results -> {
              if (!(results.getLast() instanceof Broker.Appended.Stored)) {
                missing.incrementAndGet();
              }
              waiting.release();
              left.countDown();
            });
      }
      left.await();
    }
    if (missing.get() > 0) {
      throw new IllegalStateException(missing + " rooms could not be filled");
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
    return serve(data, 10_000_000);
  }

  private Running serve(Path data, int filled) throws IOException {
    Path configuration = work.resolve("carillon.yaml");
    Files.writeString(
        configuration,
        """
        rooms:
          bench/{id}:
            retention: {count: 10000000, size: 64 GiB, age: 1d}
            slow_readers: {max_behind: 1 GiB}
          filled/{id}:
            retention: {count: %d, size: 64 GiB, age: 1d}
        """
            .formatted(filled));
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
    private final HttpClient http = HttpClient.newHttpClient();
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

    String get(String path) throws IOException, InterruptedException {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** A figure of the server's. */
    double metric(String name) throws IOException, InterruptedException {
      return get("/metrics")
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElse(0);
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
