package dev.carillon.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much one shard's ledger holds. Counted by the shard alone, safe to read by many threads, who
 * see each figure a moment late.
 */
public final class LedgerCounts {
  private final AtomicLong accounts = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  LedgerCounts() {}

  /** How many stays that are over are remembered. */
  public long accounts() {
    return accounts.get();
  }

  /** How many were dropped for want of room. */
  public long dropped() {
    return dropped.get();
  }

  // One writer: an ordered store is enough.
  void kept(int more) {
    accounts.lazySet(accounts.getPlain() + more);
  }

  void dropped(int more) {
    accounts.lazySet(accounts.getPlain() - more);
    dropped.lazySet(dropped.getPlain() + more);
  }
}
