package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What outlives a client's connection.
 *
 * @param ttl how long a session can be taken up again after its connection was lost
 * @param presenceGrace how long members whose connection was lost are still shown; at most the ttl
 * @param maxDetached sessions of one loop that may wait for their client; beyond it the oldest is
 *     given up
 */
public record SessionSettings(
    @Setting(
            value = "How long a session can be taken up again after its connection was lost.",
            allowed = "0s to 7d")
        Duration ttl,
    @Setting(
            value = "How long members whose connection was lost are still shown; at most the ttl.",
            allowed = "0s to 7d")
        Duration presenceGrace,
    @Setting(
            value =
                "Sessions of one loop that may wait for their client; beyond it the oldest is given"
                    + " up.",
            allowed = "1 to 100000000")
        int maxDetached) {
  /** What an empty configuration means. */
  public static final SessionSettings DEFAULT =
      new SessionSettings(Duration.ofMinutes(2), Duration.ofSeconds(10), 100_000);

  /** Checks the values. */
  public SessionSettings {
    BadSetting.within("ttl", ttl, Duration.ZERO, Duration.ofDays(7));
    BadSetting.within("presenceGrace", presenceGrace, Duration.ZERO, ttl);
    BadSetting.within("maxDetached", maxDetached, 1, 100_000_000);
  }

  /** The same with another {@code ttl}. */
  public SessionSettings withTtl(Duration ttl) {
    return Change.of(this, "ttl", ttl);
  }

  /** The same with another {@code presenceGrace}. */
  public SessionSettings withPresenceGrace(Duration presenceGrace) {
    return Change.of(this, "presenceGrace", presenceGrace);
  }

  /** The same with another {@code maxDetached}. */
  public SessionSettings withMaxDetached(int maxDetached) {
    return Change.of(this, "maxDetached", maxDetached);
  }
}
