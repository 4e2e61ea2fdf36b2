package dev.carillon.cli;

import dev.carillon.load.Latencies;
import dev.carillon.load.Progress;
import dev.carillon.load.Report;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a run of {@code bench}. Confined to the command's thread. */
final class BenchScreen {
  private static final int WIDTH = 40;

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean live;
  private long receivedBefore;
  private long toldAt;

  /**
   * Makes one.
   *
   * @param live whether progress is shown while it runs
   */
  BenchScreen(PrintWriter out, PrintWriter err, boolean live) {
    this.out = out;
    this.err = err;
    this.live = live;
  }

  void progress(Progress progress) {
    if (!live) {
      return;
    }
    long now = System.nanoTime();
    double rate = (progress.received() - receivedBefore) * 1e9 / Math.max(1, now - toldAt);
    boolean flowing = progress.phase() != Progress.Phase.CONNECTING;
    String flow = flowing ? "  %,.0f messages/s".formatted(rate) : "";
    String lost = progress.lost() > 0 ? "  %,d lost".formatted(progress.lost()) : "";
    String phase = progress.phase().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    err.printf(
        Locale.ROOT,
        "\r%-12s %,d of %,d connections%s%s\u001b[K",
        phase,
        progress.connections(),
        progress.wanted(),
        flow,
        lost);
    err.flush();
    receivedBefore = progress.received();
    toldAt = now;
  }

  /** The run is over. */
  void done() {
    if (live) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }

  void show(Report report) {
    double seconds = report.measured().toNanos() * 1e-9;
    line(
        "connections  %,d of %,d in %s, each within %s (99 %%)",
        report.opened(),
        report.asked(),
        time(report.connecting()),
        time(report.openings().percentile(99)));
    told("not opened", report.refused());
    told("ended", report.ended());
    if (report.received() > 0) {
      line("sent         %,.0f messages/s", report.sent() / seconds);
      line(
          "received     %,.0f messages/s, %,.1f MB/s",
          report.received() / seconds, report.bytesReceived() / seconds / 1e6);
      line(
          "verified     %s",
          report.lost() + report.repeated() + report.strays() == 0
              ? "every message came once and in order" + unlooked(report)
              : "%,d LOST, %,d repeated or out of order, %,d of others"
                  .formatted(report.lost(), report.repeated(), report.strays()));
    }
    if (!report.serverCpu().isZero()) {
      line(
          "server       %.0f %% of a core%s",
          report.serverCpu().toNanos() * 1e-7 / seconds,
          report.received() == 0
              ? ""
              : ", %,.0f ns a message received".formatted(report.serverNanosAMessage()));
    }
    line("generator    %.0f %% of a core", report.generatorCpu() * 100);
    if (report.generatorLimited()) {
      line("             THE GENERATOR MAY HAVE BEEN THE LIMIT: lower --rate, or give it a core");
    }
    histogram(report.latencies());
    out.flush();
  }

  private static String unlooked(Report report) {
    return report.unlooked() == 0
        ? ""
        : ", of those looked into; %,d compressed ones were only counted"
            .formatted(report.unlooked());
  }

  private void told(String what, Map<String, Integer> counts) {
    counts.forEach((why, count) -> line("%-12s %,d: %s", what, count, Shown.line(why)));
  }

  private void histogram(Latencies latencies) {
    if (latencies.count() == 0) {
      return;
    }
    line(
        "latency      mean %s, 50 %% %s, 99 %% %s, 99.9 %% %s, longest %s",
        time(latencies.mean()),
        time(latencies.percentile(50)),
        time(latencies.percentile(99)),
        time(latencies.percentile(99.9)),
        time(latencies.max()));
    List<Latencies.Bar> bars = latencies.bars();
    long most = bars.stream().mapToLong(Latencies.Bar::count).max().orElse(1);
    for (Latencies.Bar bar : bars) {
      int length = (int) Math.ceil((double) bar.count() * WIDTH / most);
      line("  <= %8s  %s %,d", time(bar.upTo()), "#".repeat(length), bar.count());
    }
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  private static String time(Duration duration) {
    long nanos = duration.toNanos();
    return nanos < 1_000_000
        ? String.format(Locale.ROOT, "%.0f us", nanos / 1e3)
        : nanos < 10_000_000
            ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
            : nanos < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  // -- For machines ------------------------------------------------------------------------------

  static dev.carillon.cli.Report failed(String address, String words) {
    return new dev.carillon.cli.Report("bench", address, "failed", null, Map.of(), words);
  }

  static dev.carillon.cli.Report report(String address, Report report) {
    String status =
        !report.flawless() ? "flawed" : report.generatorLimited() ? "generator_limited" : "ok";
    var handshake =
        new dev.carillon.cli.Report.Handshake(report.subprotocol(), report.extensions());
    return new dev.carillon.cli.Report("bench", address, status, handshake, metrics(report), null);
  }

  private static Map<String, Object> metrics(Report report) {
    double seconds = report.measured().toNanos() * 1e-9;
    Latencies latencies = report.latencies();
    var metrics = new LinkedHashMap<String, @Nullable Object>();
    metrics.put("messagesReceived", report.received());
    metrics.put("messagesSent", report.sent());
    metrics.put("bytesReceived", report.bytesReceived());
    metrics.put("avgLatencyMs", latencies.count() == 0 ? null : millis(latencies.mean()));
    metrics.put(
        "compressionRatio",
        report.extensions().isEmpty() ? null : rounded(report.compressionRatio()));
    metrics.put("seconds", rounded(seconds));
    metrics.put("messagesReceivedPerSecond", Math.round(report.received() / seconds));
    metrics.put("messagesSentPerSecond", Math.round(report.sent() / seconds));
    metrics.put("p50LatencyMs", millis(latencies.percentile(50)));
    metrics.put("p90LatencyMs", millis(latencies.percentile(90)));
    metrics.put("p99LatencyMs", millis(latencies.percentile(99)));
    metrics.put("p999LatencyMs", millis(latencies.percentile(99.9)));
    metrics.put("maxLatencyMs", millis(latencies.max()));
    metrics.put("connectionsAsked", report.asked());
    metrics.put("connectionsOpened", report.opened());
    metrics.put("connectingMs", millis(report.connecting()));
    metrics.put("p99OpeningMs", millis(report.openings().percentile(99)));
    metrics.put("notOpened", report.refused());
    metrics.put("ended", report.ended());
    metrics.put("lost", report.lost());
    metrics.put("repeated", report.repeated());
    metrics.put("strays", report.strays());
    metrics.put("unlooked", report.unlooked());
    metrics.put("generatorCpu", rounded(report.generatorCpu()));
    metrics.put("generatorLimited", report.generatorLimited());
    if (!report.serverCpu().isZero()) {
      metrics.put("serverCpuMs", report.serverCpu().toMillis());
      metrics.put("serverCpuNanosPerMessage", Math.round(report.serverNanosAMessage()));
    }
    return metrics;
  }

  private static double millis(Duration duration) {
    return rounded(duration.toNanos() / 1e6);
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
