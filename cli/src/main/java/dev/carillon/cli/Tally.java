package dev.carillon.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a connection of the command line's own has carried. Safe for use by many threads. */
final class Tally {
  final AtomicLong messagesReceived = new AtomicLong();
  final AtomicLong messagesSent = new AtomicLong();
  final AtomicLong bytesReceived = new AtomicLong();
  final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong framed = new AtomicLong();
  private final AtomicLong latencies = new AtomicLong();
  private final AtomicLong latencyNanos = new AtomicLong();
  private volatile long wireBytes;
  private volatile boolean compressed;

  void received(int bytes) {
    messagesReceived.incrementAndGet();
    bytesReceived.addAndGet(bytes);
  }

  void sent(int bytes) {
    messagesSent.incrementAndGet();
    bytesSent.addAndGet(bytes);
  }

  /** Notes the content of a frame of either direction, as it was before compression. */
  void framed(int bytes) {
    framed.addAndGet(bytes);
  }

  /** Notes how long an answer took. */
  void latency(long nanos) {
    latencies.incrementAndGet();
    latencyNanos.addAndGet(nanos);
  }

  /** Notes what went over the socket in both directions, and whether compression was agreed. */
  void wire(long bytes, boolean withCompression) {
    wireBytes = bytes;
    compressed = withCompression;
  }

  /** The figures of a report. What was not measured is null. */
  Map<String, Object> metrics() {
    var metrics = new LinkedHashMap<String, @Nullable Object>();
    metrics.put("messagesReceived", messagesReceived.get());
    metrics.put("messagesSent", messagesSent.get());
    metrics.put("bytesReceived", bytesReceived.get());
    metrics.put("bytesSent", bytesSent.get());
    metrics.put("avgLatencyMs", averageMillis());
    metrics.put("compressionRatio", ratio());
    return metrics;
  }

  private @Nullable Double averageMillis() {
    long count = latencies.get();
    return count == 0 ? null : rounded(latencyNanos.get() / 1e6 / count);
  }

  /** Bytes on the wire to bytes of content, below 1 where compression helped. */
  private @Nullable Double ratio() {
    long content = framed.get();
    return !compressed || content == 0 ? null : rounded((double) wireBytes / content);
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
