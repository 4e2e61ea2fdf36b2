package dev.carillon.client.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * The messages for one target, in order. What is under way stands at the front, for it is sent in
 * order. Its fields are {@link Outbox}' to change.
 */
final class Line {
  final List<Publication> waiting = new ArrayList<>();
  final Backoff backoff;
  long incarnation;
  int inFlight;

  /** The last sequence of this incarnation that the room has, as far as is known. */
  long last;

  /** The sequence that is given out next. */
  long next = 1;

  /** Something went wrong: nothing is sent until all that is under way has been answered. */
  boolean settling;

  /** Then a new incarnation begins. */
  boolean renewing;

  /** Incarnations in a row in which the room took nothing. */
  int renewals;

  /** When the line may go on, or 0. */
  long retryAt;

  Line(long incarnation, Backoff backoff) {
    this.incarnation = incarnation;
    this.backoff = backoff;
  }

  /**
   * What the first in the line names as its predecessor. One whose answer was that nobody knows may
   * be behind later ones that the room has; it repeats itself then, with the one before it.
   */
  long before(Publication publication) {
    return Math.min(last, publication.sequence - 1);
  }
}
