package dev.carillon.load;

import java.time.Duration;

/**
 * How long the parts of a run take.
 *
 * @param warmUp before anything is measured
 * @param measured what the figures are of
 * @param patience for connections to open, and at the end for what is still on its way
 */
public record Schedule(Duration warmUp, Duration measured, Duration patience) {
  /** 2 s, 10 s, and 10 s of patience. */
  public static final Schedule DEFAULT =
      new Schedule(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(10));

  /** Checks that something is measured. */
  public Schedule {
    if (measured.toMillis() < 1 || warmUp.isNegative() || patience.isNegative()) {
      throw new IllegalArgumentException(
          "warmUp is %s, measured %s, patience %s: none may be negative, and measured not zero"
              .formatted(warmUp, measured, patience));
    }
  }
}
