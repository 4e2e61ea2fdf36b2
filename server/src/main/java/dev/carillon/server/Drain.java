package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * How the server ends.
 *
 * @param time the longest that clients are given to go when the server is told to end. Then the
 *     process ends
 * @param spread clients are told to come back at moments spread over this long, each at its own
 */
public record Drain(
    @Setting(
            value =
                "The longest that clients are given to go when the server is told to end. Then the"
                    + " process ends.",
            allowed = "0s to 1h")
        Duration time,
    @Setting(
            value =
                "Clients are told to come back at moments spread over this long, each at its own.",
            allowed = "0s to 1h")
        Duration spread) {
  /** What an empty configuration means. */
  public static final Drain DEFAULT = new Drain(Duration.ofSeconds(10), Duration.ofSeconds(5));

  /** Checks the values. */
  public Drain {
    BadSetting.within("time", time, Duration.ZERO, Duration.ofHours(1));
    BadSetting.within("spread", spread, Duration.ZERO, Duration.ofHours(1));
  }

  /** The same with another {@code time}. */
  public Drain withTime(Duration time) {
    return Change.of(this, "time", time);
  }

  /** The same with another {@code spread}. */
  public Drain withSpread(Duration spread) {
    return Change.of(this, "spread", spread);
  }
}
