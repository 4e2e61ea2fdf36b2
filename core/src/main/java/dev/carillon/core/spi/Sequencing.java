package dev.carillon.core.spi;

import dev.carillon.core.Draft;
import dev.carillon.core.Problem;

/**
 * What a broker makes of a publisher's count, given what it remembers of that publisher in that
 * room. One rule for all brokers; each keeps the memory in the same atomic step as its append.
 */
public enum Sequencing {
  /** The next one: append it and remember it. */
  NEXT,
  /** It has been appended before: give its position again, or {@link #FORGOTTEN}. */
  REPEATED,
  /** One before it is missing: append nothing. */
  JUMPED,
  /** What was remembered of the publisher is lost: what was in doubt stays in doubt. */
  FORGOTTEN;

  /**
   * Judges a stamp.
   *
   * @param knownIncarnation the newest incarnation seen, or 0 when the publisher is unknown
   * @param lastSequence the last sequence appended in it
   */
  public static Sequencing of(Draft.Stamp stamp, long knownIncarnation, long lastSequence) {
    if (knownIncarnation == 0) {
      return stamp.previous() == 0 ? NEXT : FORGOTTEN;
    }
    if (stamp.incarnation() > knownIncarnation) {
      return stamp.previous() == 0 ? NEXT : JUMPED;
    }
    if (stamp.incarnation() < knownIncarnation) {
      return FORGOTTEN;
    }
    if (stamp.sequence() <= lastSequence) {
      return REPEATED;
    }
    return stamp.previous() == lastSequence ? NEXT : JUMPED;
  }

  /** The failure to answer with; not for {@link #NEXT}. */
  public Broker.Appended.Failed failure(Draft.Stamp stamp, long lastSequence) {
    boolean jumped = this == JUMPED;
    Problem problem =
        new Problem(
            jumped ? Problem.Reason.SEQUENCE_GAP : Problem.Reason.PUBLISHER_RESET,
            jumped
                ? "sequence %d names %d before it, but the last one here is %d"
                    .formatted(stamp.sequence(), stamp.previous(), lastSequence)
                : "publisher %s, incarnation %d, sequence %d: not remembered here; begin a new incarnation"
                    .formatted(stamp.publisher(), stamp.incarnation(), stamp.sequence()));
    return new Broker.Appended.Failed(!jumped, problem);
  }
}
