package dev.carillon.broker.sqlite;

import dev.carillon.core.spi.Condition;
import dev.carillon.core.spi.Condition.Figure;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what happens to a store. Safe for use by many threads. */
final class Figures {
  private static final System.Logger LOG = System.getLogger("dev.carillon.store");

  /** Who waits longer than this for the disk has reason to complain. */
  private static final long SLOW_MILLIS = 1000;

  private final LongAdder appends = new LongAdder();
  private final LongAdder stored = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder commits = new LongAdder();
  private final LongAdder commitNanos = new LongAdder();
  private final AtomicLong longestCommitNanos = new AtomicLong();
  private final LongAdder checkpoints = new LongAdder();
  private final LongAdder trimmed = new LongAdder();
  private volatile long databaseBytes;
  private volatile long walBytes;
  private final LongAdder hitches = new LongAdder();
  private volatile @Nullable String trouble;
  private volatile long troubleSince;
  private volatile boolean forGood;

  void asked(int count) {
    appends.add(count);
  }

  void stored(int count) {
    stored.add(count);
  }

  void refused(int count) {
    refused.add(count);
  }

  void committed(long nanos, long dropped) {
    commits.increment();
    commitNanos.add(nanos);
    longestCommitNanos.accumulateAndGet(nanos, Math::max);
    trimmed.add(dropped);
  }

  void checkpointed() {
    checkpoints.increment();
  }

  void database(long bytes) {
    databaseBytes = bytes;
  }

  void log(long bytes) {
    walBytes = bytes;
  }

  /** Nothing can be stored, since then (milliseconds since 1970). */
  void trouble(String sentence, long now, boolean stopped) {
    if (trouble == null) {
      troubleSince = now;
    }
    forGood = stopped;
    trouble = sentence;
  }

  void well() {
    trouble = null;
  }

  /** Something beside storing did not work, and is tried again. */
  void hitch(String sentence) {
    hitches.increment();
    LOG.log(Level.WARNING, "{0}; it is tried again", sentence);
  }

  @Nullable String trouble() {
    return trouble;
  }

  /**
   * How the store is.
   *
   * @param waitedNanos how long the oldest of what waits has done so
   * @param time milliseconds since 1970
   */
  Condition condition(long queuedBytes, long waitedNanos, long time) {
    StoreFigures now = read(queuedBytes);
    String why = now.trouble();
    long waited = waitedNanos / 1_000_000;
    boolean slow = why == null && waited >= SLOW_MILLIS;
    return new Condition(
        slow
            ? "the disk is slow: what came %.1f s ago is not stored yet".formatted(waited / 1e3)
            : why,
        slow ? time - waited : why == null ? 0 : troubleSince,
        why != null && forGood,
        List.of(
            gauge(
                "up",
                "1 while messages can be stored, 0 while they are refused.",
                why == null ? 1 : 0),
            counter("messages", "Messages stored.", now.stored()),
            counter("trimmed_messages", "Messages dropped by retention.", now.trimmed()),
            counter("refused_messages", "Messages refused because too much waited.", now.refused()),
            counter(
                "commits",
                "Transactions; messages through commits is the size of a group.",
                now.commits()),
            counter("commit_seconds", "Time spent in transactions.", now.commitNanos() / 1e9),
            gauge(
                "longest_commit_seconds",
                "The longest transaction since the start.",
                now.longestCommitNanos() / 1e9),
            counter(
                "checkpoints", "How often the write-ahead log was folded in.", now.checkpoints()),
            counter("hitches", "What failed beside storing, and is tried again.", hitches.sum()),
            gauge("database_bytes", "The size of the database.", now.databaseBytes()),
            gauge("wal_bytes", "The size of the write-ahead log.", now.walBytes()),
            gauge(
                "waiting_seconds",
                "How long the oldest of what is not stored yet has waited.",
                waitedNanos / 1e9),
            gauge("queued_bytes", "What waits to be written.", now.queuedBytes())));
  }

  private static Figure gauge(String name, String help, double value) {
    return new Figure("carillon_store_" + name, help, false, value);
  }

  private static Figure counter(String name, String help, double value) {
    return new Figure("carillon_store_" + name, help, true, value);
  }

  StoreFigures read(long queuedBytes) {
    return new StoreFigures(
        appends.sum(),
        stored.sum(),
        refused.sum(),
        trimmed.sum(),
        commits.sum(),
        commitNanos.sum(),
        longestCommitNanos.get(),
        checkpoints.sum(),
        databaseBytes,
        walBytes,
        queuedBytes,
        trouble);
  }
}
