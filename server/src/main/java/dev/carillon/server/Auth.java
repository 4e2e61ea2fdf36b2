package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * Who is let in, and as whom.
 *
 * @param mode anonymous gives everybody a name of the server's making; trusting believes the name
 *     that a client claims (?user=alice), which is for development
 * @param timeout how long a client may take to say who it is; then it is closed with 4401
 * @param insecure allows a mode that checks nobody on an address beyond loopback
 */
public record Auth(
    @Setting(
            value =
                "anonymous gives everybody a name of the server's making; trusting believes the"
                    + " name that a client claims (?user=alice), which is for development.",
            allowed = "anonymous, trusting")
        AuthMode mode,
    @Setting(
            value = "How long a client may take to say who it is; then it is closed with 4401.",
            allowed = "100ms to 10m")
        Duration timeout,
    @Setting("Allows a mode that checks nobody on an address beyond loopback.") boolean insecure) {
  /** What an empty configuration means. */
  public static final Auth DEFAULT = new Auth(AuthMode.ANONYMOUS, Duration.ofSeconds(5), false);

  /** Checks the values. */
  public Auth {
    BadSetting.within("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(10));
  }

  /** The same with another {@code mode}. */
  public Auth withMode(AuthMode mode) {
    return new Auth(mode, timeout, insecure);
  }

  /** The same with another {@code timeout}. */
  public Auth withTimeout(Duration timeout) {
    return new Auth(mode, timeout, insecure);
  }

  /** The same with another {@code insecure}. */
  public Auth withInsecure(boolean insecure) {
    return new Auth(mode, timeout, insecure);
  }
}
