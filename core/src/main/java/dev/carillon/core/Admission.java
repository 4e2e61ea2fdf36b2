package dev.carillon.core;

import dev.carillon.core.spi.Arrival;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions may begin on one shard, and in which order where more want to: a bucket that
 * fills evenly up to one second's worth. Who returns may empty it; newcomers leave half of it to
 * those who return. Whoever is refused is told a moment of its own to come back at, behind all who
 * were told theirs before and, if it is new, behind those who return. Confined to the shard.
 *
 * <p>The moments are a promise in number only: nobody is known again, so whoever comes at another's
 * moment may be let in instead. That a client returns is its own word; a false one changes its
 * place among those who wait, and not how many are let in.
 */
final class Admission {
  private static final double SECOND = 1000;

  private final double perMilli;
  private final double full;
  private final double reserve;
  private final Counts<Arrival> admitted = new Counts<>(Arrival.class);
  private final Counts<Arrival> refused = new Counts<>(Arrival.class);
  private double room;
  private long at;

  /** When those who were refused so far will be in, in milliseconds since 1970. */
  private double returningUntil;

  private double newUntil;

  /**
   * Nobody has come in yet.
   *
   * @param perSecond how many may begin in a second; less than one is allowed
   */
  Admission(double perSecond, long now) {
    perMilli = perSecond / SECOND;
    full = Math.max(1, perSecond);
    reserve = full / 2;
    room = full;
    at = now;
  }

  /** Who came in. Safe for use by many threads. */
  Counts<Arrival> admitted() {
    return admitted;
  }

  /** Who was told to come back later. Safe for use by many threads. */
  Counts<Arrival> refused() {
    return refused;
  }

  /**
   * Lets a session begin, or says why not and when to come back.
   *
   * @param shortOfMemory whether the node holds more than it should, so that nobody new is let in
   */
  @Nullable Problem refusal(Arrival arrival, long now, boolean shortOfMemory) {
    fill(now);
    boolean comesBack = arrival == Arrival.RETURNING;
    double left = comesBack || full < 2 ? 0 : reserve;
    if (room - 1 >= left && (comesBack || !shortOfMemory)) {
      room--;
      admitted.count(arrival);
      return null;
    }
    refused.count(arrival);
    long wait = (long) Math.ceil((comesBack ? slotOfReturning(now) : slotOfNew(now)) - now);
    return new Problem(
        Problem.Reason.OVERLOADED,
        "more clients are coming in than this server takes up at once; come back in %d ms"
            .formatted(wait),
        wait);
  }

  private double slotOfReturning(long now) {
    returningUntil = Math.max(returningUntil, now + (1 - room) / perMilli) + 1 / perMilli;
    return returningUntil;
  }

  /** Behind those who return, and when what is kept for them is there again. */
  private double slotOfNew(long now) {
    double refilled = Math.max(returningUntil, now) + Math.max(0, reserve + 1 - room) / perMilli;
    newUntil = Math.max(newUntil, refilled) + 1 / perMilli;
    return newUntil;
  }

  private void fill(long now) {
    room = Math.min(full, room + Math.max(0, now - at) * perMilli);
    if (now < at) { // the clock was set back: nobody waits for the old time
      returningUntil = 0;
      newUntil = 0;
    }
    at = now;
  }
}
