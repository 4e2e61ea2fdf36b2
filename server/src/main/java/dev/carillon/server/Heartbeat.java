package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * How silent clients are found.
 *
 * @param interval how long a client may be silent before it is sent a ping; 0s never asks
 * @param timeout how long it may stay silent after that before it is let go
 */
public record Heartbeat(
    @Setting(
            value = "How long a client may be silent before it is sent a ping; 0s never asks.",
            allowed = "0s to 1d")
        Duration interval,
    @Setting(
            value = "How long it may stay silent after that before it is let go.",
            allowed = "100ms to 1d")
        Duration timeout) {
  /** What an empty configuration means. */
  public static final Heartbeat DEFAULT =
      new Heartbeat(Duration.ofSeconds(25), Duration.ofSeconds(20));

  /** Checks the values. */
  public Heartbeat {
    BadSetting.within("interval", interval, Duration.ZERO, Duration.ofDays(1));
    BadSetting.within("timeout", timeout, Duration.ofMillis(100), Duration.ofDays(1));
  }

  /** The same with another {@code interval}. */
  public Heartbeat withInterval(Duration interval) {
    return Change.of(this, "interval", interval);
  }

  /** The same with another {@code timeout}. */
  public Heartbeat withTimeout(Duration timeout) {
    return Change.of(this, "timeout", timeout);
  }
}
