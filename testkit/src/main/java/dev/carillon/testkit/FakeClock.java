package dev.carillon.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is moved. Safe for use by many threads. */
public final class FakeClock implements InstantSource {
  private volatile Instant now;

  /** A clock that shows the beginning of 2026. */
  public FakeClock() {
    this(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** A clock that shows {@code now}. */
  public FakeClock(Instant now) {
    this.now = now;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Moves the clock, also backwards. */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
