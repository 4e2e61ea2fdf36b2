package dev.carillon.server;

import dev.carillon.connection.Traffic;
import dev.carillon.core.AckOutcome;
import dev.carillon.core.Counts;
import dev.carillon.core.HeldBytes;
import dev.carillon.core.LedgerCounts;
import dev.carillon.core.Node;
import dev.carillon.core.PublishOutcome;
import dev.carillon.core.Shard;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Condition;
import dev.carillon.transport.EventLoops;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What a server counts, in the Prometheus text format. Each loop counts by itself; the figures are
 * added up here, when somebody reads them. Safe for use by many threads.
 */
final class Metrics {
  /** The content type of {@link #text()}. */
  static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final String nodeName;
  private final EventLoops loops;
  private final Node node;
  private final Broker broker;

  /** What one shard holds, read on its own thread. */
  private record Held(long sessions, long rooms, long renditionBytes) {
    static Held of(Shard shard) {
      return new Held(shard.sessionCount(), shard.roomCount(), shard.renditionBytes());
    }
  }

  Metrics(String nodeName, EventLoops loops, Node node, Broker broker) {
    this.broker = broker;
    this.nodeName = nodeName;
    this.loops = loops;
    this.node = node;
  }

  /** Asks every shard, and completes with the whole text. */
  CompletableFuture<byte[]> text() {
    List<CompletableFuture<Held>> asked =
        node.shards().stream()
            .map(
                shard -> {
                  var held = new CompletableFuture<Held>();
                  shard.post(() -> held.complete(Held.of(shard)));
                  return held;
                })
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> write(asked.stream().map(CompletableFuture::join).toList()));
  }

  private byte[] write(List<Held> held) {
    List<Traffic> traffic = loops.traffic();
    var all = MetricSnapshots.builder();
    all.metricSnapshot(
        InfoSnapshot.builder()
            .name("carillon_node")
            .help("Which node this is.")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(Labels.of("name", nodeName))
                    .build())
            .build());
    all.metricSnapshot(
        gauge(
            "carillon_connections",
            "Connections open now, those that speak plain HTTP left out.",
            sum(traffic, Traffic::opened) - sum(traffic, Traffic::ended)));
    all.metricSnapshot(
        counter(
            "carillon_connections_opened",
            "Connections that have come in or gone out, those that spoke plain HTTP included.",
            sum(traffic, Traffic::opened)));
    all.metricSnapshot(handshakes(traffic));
    all.metricSnapshot(
        counter(
            "carillon_received_bytes",
            "Bytes read from connections.",
            sum(traffic, Traffic::bytesReceived)));
    all.metricSnapshot(
        counter(
            "carillon_sent_bytes",
            "Bytes taken by connections.",
            sum(traffic, Traffic::bytesSent)));
    all.metricSnapshot(
        counter(
            "carillon_received_messages",
            "Whole messages received.",
            sum(traffic, Traffic::messagesReceived)));
    all.metricSnapshot(
        counter(
            "carillon_sent_messages",
            "Messages sent as answers, what rooms deliver left out.",
            sum(traffic, Traffic::messagesSent)));
    all.metricSnapshot(
        labelled(
            "carillon_closes",
            "WebSockets that have ended, by close code.",
            "code",
            sums(traffic, Traffic::closes)));
    sessions(all);
    all.metricSnapshot(gauge("carillon_sessions", "Sessions now.", sum(held, Held::sessions)));
    all.metricSnapshot(
        gauge(
            "carillon_attached_rooms",
            "Rooms with readers now; one with readers on several loops counts for each.",
            sum(held, Held::rooms)));
    all.metricSnapshot(
        gauge(
            "carillon_rendition_bytes",
            "Bytes outside the heap that hold messages ready to send.",
            sum(held, Held::renditionBytes)));
    memory(all, traffic);
    for (Condition.Figure figure : broker.condition().figures()) {
      all.metricSnapshot(
          figure.counter()
              ? counter(figure.name(), figure.help(), figure.value())
              : gauge(figure.name(), figure.help(), figure.value()));
    }
    return written(all.build());
  }

  private void sessions(MetricSnapshots.Builder all) {
    all.metricSnapshot(
        counted(
            "carillon_publishes",
            "What became of clients' publishes.",
            "outcome",
            PublishOutcome.class,
            Shard::publishes));
    all.metricSnapshot(
        counted(
            "carillon_acknowledgements",
            "What became of messages that readers acknowledge; one acknowledgement may be of"
                + " several.",
            "outcome",
            AckOutcome.class,
            Shard::acknowledgements));
    all.metricSnapshot(
        counted(
            "carillon_sessions_admitted",
            "Sessions begun, by who came.",
            "arrival",
            Arrival.class,
            Shard::admitted));
    all.metricSnapshot(
        counted(
            "carillon_sessions_refused",
            "Sessions told to come back at a time of their own, by who came.",
            "arrival",
            Arrival.class,
            Shard::refused));
  }

  private void memory(MetricSnapshots.Builder all, List<Traffic> traffic) {
    var kinds = new TreeMap<String, Long>();
    for (HeldBytes.Kind kind : HeldBytes.Kind.values()) {
      kinds.put(kind.label(), node.governor().held(kind));
    }
    all.metricSnapshot(
        labelledGauge(
            "carillon_held_bytes", "Bytes held of what grows with clients.", "kind", kinds));
    all.metricSnapshot(
        gauge(
            "carillon_held_budget_bytes",
            "How many bytes may be held in all; beyond it the largest holders are let go of.",
            node.governor().budget()));
    all.metricSnapshot(
        gauge(
            "carillon_transport_buffer_bytes",
            "Bytes outside the heap that the transport keeps for its own buffers.",
            loops.bufferBytes()));
    all.metricSnapshot(
        gauge(
            "carillon_kernel_socket_bytes",
            "Memory of all TCP sockets of this machine, as its kernel counts it; 0 where it does"
                + " not say.",
            KernelSockets.bytes()));
    all.metricSnapshot(
        counter(
            "carillon_shed_connections",
            "Connections ended because the server was short of memory.",
            sum(traffic, Traffic::shedConnections)));
    all.metricSnapshot(
        counted(
            "carillon_slow_readers",
            "How often a slow reader was acted upon.",
            "action",
            SlowReaders.Action.class,
            Shard::slowReaders));
    List<LedgerCounts> ledgers = node.shards().stream().map(Shard::ledgerCounts).toList();
    all.metricSnapshot(
        gauge(
            "carillon_ledger_accounts",
            "Sessions' stays in rooms that are over and remembered, to explain who got what.",
            sum(ledgers, LedgerCounts::accounts)));
    all.metricSnapshot(
        counter(
            "carillon_ledger_dropped",
            "How many of them were dropped for want of room.",
            sum(ledgers, LedgerCounts::dropped)));
  }

  private static CounterSnapshot handshakes(List<Traffic> traffic) {
    var results = new TreeMap<Integer, Long>(sums(traffic, Traffic::refusals));
    results.put(101, sum(traffic, Traffic::upgraded));
    return labelled(
        "carillon_handshakes", "Opening handshakes, by the status answered.", "status", results);
  }

  /** What shards count of a few things. */
  private <E extends Enum<E>> CounterSnapshot counted(
      String name, String help, String label, Class<E> things, Function<Shard, Counts<E>> counts) {
    var sums = new TreeMap<String, Long>();
    for (E thing : things.getEnumConstants()) {
      String value = thing.name().toLowerCase(Locale.ROOT);
      sums.put(value, sum(node.shards(), shard -> counts.apply(shard).of(thing)));
    }
    return labelled(name, help, label, sums);
  }

  private static byte[] written(MetricSnapshots snapshots) {
    var bytes = new ByteArrayOutputStream(8192);
    try {
      PrometheusTextFormatWriter.builder().build().write(bytes, snapshots);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static <T> long sum(List<T> parts, ToLongFunction<T> figure) {
    return parts.stream().mapToLong(figure).sum();
  }

  private static Map<Integer, Long> sums(
      List<Traffic> traffic, Function<Traffic, Map<Integer, Long>> figures) {
    var sums = new TreeMap<Integer, Long>();
    traffic.forEach(
        part -> figures.apply(part).forEach((key, count) -> sums.merge(key, count, Long::sum)));
    return sums;
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }

  private static CounterSnapshot counter(String name, String help, double value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
        .build();
  }

  private static GaugeSnapshot labelledGauge(
      String name, String help, String label, Map<String, Long> values) {
    var points = new ArrayList<GaugeDataPointSnapshot>();
    values.forEach(
        (key, value) ->
            points.add(
                GaugeDataPointSnapshot.builder()
                    .labels(Labels.of(label, key))
                    .value(value)
                    .build()));
    return new GaugeSnapshot(
        new io.prometheus.metrics.model.snapshots.MetricMetadata(name, help), points);
  }

  private static CounterSnapshot labelled(
      String name, String help, String label, Map<?, Long> values) {
    var points = new ArrayList<CounterDataPointSnapshot>();
    values.forEach(
        (key, value) ->
            points.add(
                CounterDataPointSnapshot.builder()
                    .labels(Labels.of(label, key.toString()))
                    .value(value)
                    .build()));
    return new CounterSnapshot(
        new io.prometheus.metrics.model.snapshots.MetricMetadata(name, help), points);
  }
}
