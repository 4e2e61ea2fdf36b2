package dev.carillon.core;

import dev.carillon.core.HeldBytes.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One session's stay in one log of a room, as far as it cannot be told from its reader's cursor:
 * where and when it began, and what it was told it does not get. What it lost and what was not
 * meant for it are kept apart, so that a filter which lets little through does not push out a loss.
 * Confined to the shard.
 */
final class Stay {
  /** The client did not say where it had been. */
  static final long NOTHING_STATED = -1;

  /** It was told that the room has another log than the one it was in. */
  static final long RESET = -2;

  /** What one weighs that lost nothing, in bytes. */
  static final int BYTES = 48;

  private static final int MOST_LOSSES = 32;
  private static final int MOST_SKIPS = 8;

  private final long since;
  private final long first;
  private final long stated;
  private @Nullable HoleRing losses;
  private @Nullable HoleRing skips;

  /**
   * A stay that begins.
   *
   * @param since when, milliseconds since 1970
   * @param first the offset with which it begins
   * @param stated what the client said that it had, or {@link #NOTHING_STATED}, or {@link #RESET}
   */
  Stay(long since, long first, long stated) {
    this.since = since;
    this.first = first;
    this.stated = stated;
  }

  long since() {
    return since;
  }

  long first() {
    return first;
  }

  long stated() {
    return stated;
  }

  /** The reader was told that it does not get these. */
  void hole(Shard shard, HoleRing.Why why, long from, long to) {
    HoleRing ring = why == HoleRing.Why.SKIPPED ? skips : losses;
    int grown = 0;
    if (ring == null) {
      grown = HoleRing.BYTES;
      if (why == HoleRing.Why.SKIPPED) {
        ring = new HoleRing(MOST_SKIPS);
        skips = ring;
      } else {
        ring = new HoleRing(MOST_LOSSES);
        losses = ring;
      }
    }
    grown += ring.add(why, from, to, shard.now());
    if (grown > 0) {
      shard.held().add(Kind.LEDGER, grown);
    }
  }

  /** What was told of an offset; null for nothing. */
  HoleRing.@Nullable Hole hole(long offset) {
    HoleRing.Hole lost = losses == null ? null : losses.at(offset);
    return lost != null || skips == null ? lost : skips.at(offset);
  }

  /** Whether it may have lost an offset, and that is forgotten. */
  boolean forgotLossesAt(long offset) {
    return losses != null && offset <= losses.forgotten();
  }

  /** Whether an offset may not have been meant for it, and that is forgotten. */
  boolean forgotSkipsAt(long offset) {
    return skips != null && offset <= skips.forgotten();
  }

  /** What its rings weigh, in bytes. */
  int holeBytes() {
    return (losses == null ? 0 : losses.bytes()) + (skips == null ? 0 : skips.bytes());
  }
}
