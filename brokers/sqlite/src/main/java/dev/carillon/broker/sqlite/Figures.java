package dev.carillon.broker.sqlite;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what happens to a store. Safe for use by many threads. */
final class Figures {
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
  private volatile @Nullable String trouble;

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

  void trouble(String sentence) {
    trouble = sentence;
  }

  void well() {
    trouble = null;
  }

  @Nullable String trouble() {
    return trouble;
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
