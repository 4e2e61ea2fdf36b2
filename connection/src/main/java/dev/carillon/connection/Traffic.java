package dev.carillon.connection;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has gone over the connections of one loop. Counted by the loop alone, safe to read by many
 * threads, who see each figure a moment late.
 */
public final class Traffic {
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong upgraded = new AtomicLong();
  private final AtomicLong shed = new AtomicLong();
  private final AtomicLong bytesReceived = new AtomicLong();
  private final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong messagesReceived = new AtomicLong();
  private final AtomicLong messagesSent = new AtomicLong();
  private final Map<Integer, AtomicLong> closes = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicLong> refusals = new ConcurrentHashMap<>();

  Traffic() {}

  /** Links that have come in or gone out. */
  public long opened() {
    return opened.get();
  }

  /** Links that have ended, or were handed over to HTTP. */
  public long ended() {
    return ended.get();
  }

  /** Opening handshakes that were agreed. */
  public long upgraded() {
    return upgraded.get();
  }

  /** Links that were ended because memory was short. */
  public long shedConnections() {
    return shed.get();
  }

  /** Bytes handed in by sockets. */
  public long bytesReceived() {
    return bytesReceived.get();
  }

  /** Bytes taken by sockets. */
  public long bytesSent() {
    return bytesSent.get();
  }

  /** Whole messages received. */
  public long messagesReceived() {
    return messagesReceived.get();
  }

  /** Messages sent outside of rooms; what rooms deliver, core counts. */
  public long messagesSent() {
    return messagesSent.get();
  }

  /** Ended WebSockets by the close code that their application was told. */
  public Map<Integer, Long> closes() {
    return copy(closes);
  }

  /** Refused opening handshakes by HTTP status. */
  public Map<Integer, Long> refusals() {
    return copy(refusals);
  }

  void open() {
    add(opened, 1);
  }

  void end() {
    add(ended, 1);
  }

  void upgrade() {
    add(upgraded, 1);
  }

  void shed() {
    add(shed, 1);
  }

  void received(int bytes) {
    add(bytesReceived, bytes);
  }

  void sent(int bytes) {
    add(bytesSent, bytes);
  }

  void messageReceived() {
    add(messagesReceived, 1);
  }

  void messageSent() {
    add(messagesSent, 1);
  }

  void closed(int code) {
    closes.computeIfAbsent(code, absent -> new AtomicLong()).incrementAndGet();
  }

  void refused(int status) {
    refusals.computeIfAbsent(status, absent -> new AtomicLong()).incrementAndGet();
  }

  // One writer: an ordered store is enough, and costs a fraction of an atomic addition.
  private static void add(AtomicLong counter, long more) {
    counter.lazySet(counter.getPlain() + more);
  }

  private static Map<Integer, Long> copy(Map<Integer, AtomicLong> counters) {
    Map<Integer, Long> copy = new TreeMap<>();
    counters.forEach((key, count) -> copy.put(key, count.get()));
    return copy;
  }
}
