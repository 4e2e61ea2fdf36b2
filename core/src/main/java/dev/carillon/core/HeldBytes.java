package dev.carillon.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one event loop holds of everything that grows with clients, in bytes by kind. Counted by the
 * loop alone, safe to read by many threads, who see each figure a moment late.
 */
public final class HeldBytes {
  /** What is counted. */
  public enum Kind {
    /** Messages in wire form, outside the heap. */
    RENDITIONS("renditions"),
    /** Pages of the past, read for those who catch up. */
    PAGES("pages"),
    /** The newest messages of each room. */
    LOGS("logs"),
    /** Rooms that were used a moment ago, or are still: what each takes without its messages. */
    ROOMS("rooms"),
    /** Publishes that wait for the broker. */
    PUBLISHES("publishes"),
    /** What is remembered of who got what. */
    LEDGER("ledger"),
    /** What waits for slow sockets. */
    OUTGOING("outgoing"),
    /** Messages that have come in part, and bytes that wait to be read. */
    INCOMING("incoming");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** The word for it in metrics. */
    public String label() {
      return label;
    }
  }

  private static final Kind[] KINDS = Kind.values();

  private final AtomicLongArray bytes = new AtomicLongArray(KINDS.length);

  /** Counts nothing yet. */
  public HeldBytes() {}

  /** Counts more, or less. The owning loop only. */
  public void add(Kind kind, long more) {
    int at = kind.ordinal();
    // One writer: an ordered store is enough.
    bytes.lazySet(at, bytes.getPlain(at) + more);
  }

  /** How many bytes are held of a kind. */
  public long of(Kind kind) {
    return bytes.get(kind.ordinal());
  }

  /** How many bytes are held in all. */
  public long total() {
    long total = 0;
    for (int i = 0; i < KINDS.length; i++) {
      total += bytes.get(i);
    }
    return total;
  }
}
