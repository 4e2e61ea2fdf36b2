package dev.carillon.core;

import dev.carillon.core.spi.Filter;
import org.jspecify.annotations.Nullable;

/**
 * What became of one stay: of a reader that is gone, or, for as long as an answer takes, of one
 * that is there. Immutable when the stay is over.
 *
 * @param began when the session first connected, milliseconds since 1970
 * @param sent everything from the stay's first offset up to here was sent, or told to be missing
 * @param keptFrom from here up to {@code sent} nothing was meant for the reader, and it was not
 *     told so yet; 0 for no such offsets
 * @param wish what the reader wanted, or null for everything
 * @param owed what it acknowledged, or null when it does not
 * @param waits why the next message is not sent; empty when that is over
 * @param at when it ended, milliseconds since 1970
 */
record Account(
    String session,
    User user,
    long began,
    RoomName room,
    Epoch epoch,
    Stay stay,
    long sent,
    long keptFrom,
    @Nullable Wish wish,
    @Nullable Owed owed,
    Ending ending,
    String waits,
    long at) {
  /** What an account weighs beside its stay's holes and its user's claims, in bytes. */
  private static final int BYTES = 240;

  private static final int CLAIM_BYTES = 100;

  /** A reader's own filter. */
  record Wish(String expression, Filter filter) {}

  /**
   * How far acknowledgement has come.
   *
   * @param settled everything up to here was acknowledged, given up, or not meant for it
   * @param reached the highest offset that was sent in this stay, also when it was rewound since
   * @param attempt which delivery of the lowest unacknowledged message is the current one
   * @param most after so many deliveries it is given up
   */
  record Owed(@Nullable String subscription, long settled, long reached, int attempt, int most) {}

  int bytes() {
    return BYTES + Stay.BYTES + stay.holeBytes() + user.claims().size() * CLAIM_BYTES;
  }

  /** Whether an offset of this log came to its turn, perhaps to come to it again. */
  boolean covers(long offset) {
    return offset >= stay.first() && offset <= Math.max(sent, owed == null ? 0 : owed.reached());
  }
}
