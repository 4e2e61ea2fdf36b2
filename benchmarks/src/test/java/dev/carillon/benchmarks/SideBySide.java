package dev.carillon.benchmarks;

import dev.carillon.load.Dialect;
import dev.carillon.load.Load;
import dev.carillon.load.Report;
import dev.carillon.load.Scenario;
import dev.carillon.load.Schedule;
import dev.carillon.load.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures the whole server beside its peers: in rounds whose order changes, each server on one
 * core and the generator on another. {@code benchmarks/run} starts it.
 */
public final class SideBySide {
  private static final Schedule FIRST =
      new Schedule(Duration.ofSeconds(25), Duration.ofSeconds(2), Duration.ofSeconds(20));
  private static final Schedule LATER =
      new Schedule(Duration.ofSeconds(1), FIRST.measured(), FIRST.patience());

  private static final Schedule LONG =
      new Schedule(Duration.ofSeconds(2), Duration.ofSeconds(8), FIRST.patience());

  /** A rate counts as reached from this share of it on, and as moderate at that of the most. */
  private static final double REACHED = 0.9;

  private static final double MODERATE = 0.7;

  /** A ratio that is this close to its bar is judged by the median of nine rounds. */
  private static final double CLOSE = 0.15;

  private static final int ROUNDS_IF_CLOSE = 9;
  private static final int SERVER_CORE = 0;
  private static final int IDLE = 10_000;

  private final Path root;
  private final int rounds;
  private final List<Peer> peers;

  private SideBySide(Path root, int rounds, List<Peer> peers) {
    this.root = root;
    this.rounds = rounds;
    this.peers = peers;
  }

  /**
   * Runs.
   *
   * @param arguments the root of the checkout, the number of rounds, peers or {@code all}, rows or
   *     {@code all}, and {@code write} where the page is to be written; names are separated by
   *     commas
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path root = Path.of(arguments[0]);
    List<Peer> peers = new ArrayList<>();
    for (Peer peer : Peer.values()) {
      if (peer == Peer.CARILLON || isAmong(peer.name(), arguments[2])) {
        if (peer.isInstalled(root)) {
          peers.add(peer);
        } else {
          say("%s is not installed: benchmarks/peers/install", peer.title);
        }
      }
    }
    var run = new SideBySide(root, Integer.parseInt(arguments[1]), peers);
    String page = run.measure(arguments[3]);
    System.out.println(page);
    if (arguments.length > 4 && arguments[4].equals("write")) {
      Page.write(root.resolve("docs/explanation/performance.md"), page);
    }
  }

  private static boolean isAmong(String name, String wanted) {
    return wanted.equals("all")
        || Stream.of(wanted.split(","))
            .anyMatch(one -> one.replace('-', '_').equalsIgnoreCase(name));
  }

  private String measure(String rows) throws IOException, InterruptedException {
    var absolute = new StringBuilder();
    var ratios = new StringBuilder();
    List<Peer> others = peers.stream().filter(peer -> peer != Peer.CARILLON).toList();
    for (Workload workload : Workload.values()) {
      if (isAmong(workload.name(), rows)) {
        Figures figures = cpu(workload);
        absolute.append(figures.row(peers));
        ratios.append(figures.ratios(others));
      }
    }
    var page =
        new StringBuilder(
            "Measured on %s, %s, %d rounds.\n"
                .formatted(
                    LocalDate.now(java.time.ZoneId.systemDefault()), Page.machine(), rounds));
    if (!absolute.isEmpty()) {
      page.append("\n### CPU time of the server, ns a message\n\n")
          .append(Figures.head("median, least–most", peers));
      page.append(absolute).append("\n### Carillon's through the peer's, in the same round\n\n");
      page.append(Figures.head("below 1: Carillon needs less", others)).append(ratios);
    }
    var memory = new StringBuilder();
    if (isAmong("IDLE", rows)) {
      memory.append(idle().row(peers));
    }
    if (isAmong("START", rows)) {
      memory.append(start().row(peers));
    }
    if (!memory.isEmpty()) {
      page.append("\n### Memory and start\n\n")
          .append(Figures.head("median, least–most", peers))
          .append(memory);
    }
    if (isAmong("CURVE", rows)) {
      page.append(curve());
    }
    return page.toString();
  }

  // -- CPU ---------------------------------------------------------------------------------------

  private Figures cpu(Workload workload) throws IOException, InterruptedException {
    List<Peer> able = peers.stream().filter(workload::suits).toList();
    Map<Peer, RunningPeer> running = new EnumMap<>(Peer.class);
    Map<Peer, double[]> values = new EnumMap<>(Peer.class);
    try {
      for (Peer peer : able) {
        running.put(peer, new RunningPeer(root, peer, workload.ability, SERVER_CORE));
        double[] none = new double[Math.max(rounds, ROUNDS_IF_CLOSE)];
        Arrays.fill(none, Double.NaN);
        values.put(peer, none);
      }
      for (int round = 0; round < rounds; round++) {
        round(workload, round, able, running, values);
      }
      List<Peer> close = new ArrayList<>(able);
      close.removeIf(peer -> peer != Peer.CARILLON && !isClose(workload, peer, values));
      for (int round = rounds; round < ROUNDS_IF_CLOSE && close.size() > 1; round++) {
        round(workload, round, close, running, values);
      }
    } finally {
      running.values().forEach(RunningPeer::close);
    }
    Figures figures = new Figures(workload.title);
    values.forEach(figures::put);
    return figures;
  }

  private static void round(
      Workload workload,
      int round,
      List<Peer> among,
      Map<Peer, RunningPeer> running,
      Map<Peer, double[]> values) {
    List<Peer> order = new ArrayList<>(among);
    Collections.rotate(order, round);
    if (round % 2 == 1) {
      Collections.reverse(order);
    }
    for (Peer peer : order) {
      values.get(peer)[round] = cpu(workload, running.get(peer), round == 0 ? FIRST : LATER);
    }
  }

  private static boolean isClose(Workload workload, Peer peer, Map<Peer, double[]> values) {
    Double bar = workload.bars.get(peer);
    double ratio = Figures.ratio(values.get(Peer.CARILLON), values.get(peer));
    return bar != null && Math.abs(ratio - bar) < Math.min(CLOSE, bar);
  }

  private static double cpu(Workload workload, RunningPeer server, Schedule schedule) {
    Schedule own =
        new Schedule(
            schedule.warmUp(), Duration.ofSeconds(workload.seconds()), schedule.patience());
    Report report =
        Load.run(workload.target(server), workload.scenario, own, server.handle(), told -> {});
    boolean counts = report.flawless() && !report.generatorLimited();
    say(
        "%-28s %-16s %,8.0f ns%s, server %3.0f %%, generator %2.0f %%, 99 %% within %.1f ms%s",
        workload.title,
        server.peer.title,
        report.serverNanosAMessage(),
        counts ? "" : " (void)",
        share(report),
        report.generatorCpu() * 100,
        report.latencies().percentile(99).toNanos() / 1e6,
        report.flawless() ? "" : " " + report);
    return counts ? report.serverNanosAMessage() : Double.NaN;
  }

  private static double share(Report report) {
    return 100.0 * report.serverCpu().toNanos() / report.measured().toNanos();
  }

  // -- Memory and start --------------------------------------------------------------------------

  private Figures idle() throws IOException, InterruptedException {
    Figures figures = new Figures("resident bytes of an idle connection in a room, of 10,000");
    for (Peer peer : peers) {
      double[] values = new double[peer == Peer.CARILLON ? Math.min(rounds, 3) : 1];
      for (int round = 0; round < values.length; round++) {
        try (var server = new RunningPeer(root, peer, Peer.Ability.ROOMS, SERVER_CORE)) {
          values[round] = idle(server);
          say("%-28s %-16s %,.0f bytes a connection", "idle", peer.title, values[round]);
        }
      }
      figures.put(peer, values);
    }
    return figures;
  }

  private static double idle(RunningPeer server) throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(3);
    long before = server.residentBytes();
    Dialect dialect = server.peer.dialect();
    Target target =
        Target.of(server.address(server.peer.rooms().replace("{room}", "idle")))
            .withDialect(dialect);
    long[] with = new long[1];
    Schedule schedule = new Schedule(Duration.ZERO, Duration.ofSeconds(6), Duration.ofSeconds(20));
    Report report =
        Load.run(
            target,
            new Scenario.Idle(IDLE, 0),
            schedule,
            null,
            told -> with[0] = residentBytes(server));
    return report.flawless() ? (double) (with[0] - before) / IDLE : Double.NaN;
  }

  private static long residentBytes(RunningPeer server) {
    try {
      return server.residentBytes();
    } catch (IOException gone) {
      throw new java.io.UncheckedIOException(gone);
    }
  }

  private Figures start() throws IOException, InterruptedException {
    Figures figures = new Figures("start command to first message, ms");
    for (Peer peer : peers) {
      double[] values = new double[Math.max(rounds, 5)];
      for (int round = 0; round < values.length; round++) {
        try (var server = new RunningPeer(root, peer, Peer.Ability.ROOMS, -1)) {
          values[round] = server.start().toNanos() / 1e6;
        }
      }
      say("%-28s %-16s %s ms", "start", peer.title, Arrays.toString(values));
      figures.put(peer, values);
    }
    return figures;
  }

  // -- The cost as load rises --------------------------------------------------------------------

  private String curve() throws IOException, InterruptedException {
    var table =
        new StringBuilder(
            """

            ### The cost as load rises: Carillon, fan-out to 5,000, 128 B

            | messages in, a second | messages out, a second | server, ns a message | server, core | 50 % within | 99 % within | generator, core |
            |---|---|---|---|---|---|---|
            """);
    try (var server = new RunningPeer(root, Peer.CARILLON, Peer.Ability.ROOMS, SERVER_CORE)) {
      double most = 0;
      for (int rate : new int[] {5, 10, 20, 40, 80, 120, 160, 240, 320, 640}) {
        Report report = fanOut(server, rate, rate == 5 ? FIRST : LATER);
        table.append(row("", report));
        most = Math.max(most, sentASecond(report));
        if (rate >= 40 && sentASecond(report) < REACHED * rate) {
          break; // what is more is not sent
        }
      }
      table.append(row("70 % of the most: ", fanOut(server, MODERATE * most, LONG)));
    }
    return table.toString();
  }

  private static Report fanOut(RunningPeer server, double rate, Schedule schedule) {
    return Load.run(
        Target.of(server.address("/rooms/{room}")),
        new Scenario.FanOut(5_000, 1, false, 1, 128, rate),
        schedule,
        server.handle(),
        told -> {});
  }

  private static double sentASecond(Report report) {
    return report.sent() / (report.measured().toNanos() * 1e-9);
  }

  private static String row(String name, Report report) {
    String row =
        String.format(
            Locale.ROOT,
            "| %s%,.0f | %,.0f | %,.0f | %.0f %% | %.1f ms | %.1f ms | %.0f %% |\n",
            name,
            sentASecond(report),
            report.received() / (report.measured().toNanos() * 1e-9),
            report.serverNanosAMessage(),
            share(report),
            report.latencies().percentile(50).toNanos() / 1e6,
            report.latencies().percentile(99).toNanos() / 1e6,
            report.generatorCpu() * 100);
    System.err.print(row);
    return row;
  }

  private static void say(String format, Object... values) {
    System.err.println(String.format(Locale.ROOT, format, values));
  }
}
