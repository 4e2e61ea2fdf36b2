package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What became of the publishes of one shard's sessions. Counted by the shard alone, safe to read by
 * many threads, who see each figure a moment late.
 */
public final class PublishCounts {
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong duplicate = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong inDoubt = new AtomicLong();

  PublishCounts() {}

  /** Those that got a place. */
  public long stored() {
    return stored.get();
  }

  /** Those that had their place already, by an earlier publish with the same stamp. */
  public long duplicate() {
    return duplicate.get();
  }

  /** Those that got none. */
  public long rejected() {
    return rejected.get();
  }

  /** Those of which nobody knows. */
  public long inDoubt() {
    return inDoubt.get();
  }

  void count(Broker.Appended result) {
    AtomicLong counter =
        switch (result) {
          case Broker.Appended.Stored placed -> placed.duplicate() ? duplicate : stored;
          case Broker.Appended.Failed failed -> failed.inDoubt() ? inDoubt : rejected;
        };
    // One writer: an ordered store is enough.
    counter.lazySet(counter.getPlain() + 1);
  }
}
