package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in, and as whom.
 *
 * @param mode anonymous gives everybody a name of the server's making; trusting believes the name
 *     that a client claims (?user=alice), which is for development; jwt asks for a signed token
 * @param timeout how long a client may take to say who it is; then it is closed with 4401
 * @param insecure allows a mode that checks nobody on an address beyond loopback
 * @param cookie the name of a cookie that may hold the token; then a request without an Origin is
 *     refused
 * @param jwt how tokens are checked
 */
public record Auth(
    @Setting(
            value =
                "anonymous gives everybody a name of the server's making; trusting believes the"
                    + " name that a client claims (?user=alice), which is for development; jwt lets"
                    + " in who brings a JSON Web Token, as its subject and with its rights.",
            allowed = "anonymous, trusting, jwt")
        AuthMode mode,
    @Setting(
            value = "How long a client may take to say who it is; then it is closed with 4401.",
            allowed = "100ms to 10m")
        Duration timeout,
    @Setting("Allows a mode that checks nobody on an address beyond loopback.") boolean insecure,
    @Setting(
            value =
                "The name of a cookie that may hold the token. Browsers send cookies for pages of"
                    + " any origin, so a request that brings it is refused without an Origin.",
            allowed = "1 to 100 letters, digits, - and _; none if this is not set")
        @Nullable String cookie,
    Jwt jwt) {
  /** What an empty configuration means. */
  public static final Auth DEFAULT =
      new Auth(AuthMode.ANONYMOUS, Duration.ofSeconds(5), false, null, Jwt.DEFAULT);

  /** Checks the values. */
  public Auth {
    BadSetting.within("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(10));
    BadSetting.require(
        cookie == null || cookie.matches("[A-Za-z0-9_-]{1,100}"),
        "cookie",
        "is no name of a cookie: 1 to 100 letters, digits, - and _");
    // Keys that nobody asks for would leave a door open that looks locked.
    BadSetting.require(
        mode == AuthMode.JWT || !jwt.hasKeys(),
        "mode",
        "is " + mode.name().toLowerCase(java.util.Locale.ROOT) + ", must be jwt as there is a key");
  }

  /** The same with another {@code mode}. */
  public Auth withMode(AuthMode mode) {
    return Change.of(this, "mode", mode);
  }

  /** The same with another {@code timeout}. */
  public Auth withTimeout(Duration timeout) {
    return Change.of(this, "timeout", timeout);
  }

  /** The same with another {@code insecure}. */
  public Auth withInsecure(boolean insecure) {
    return Change.of(this, "insecure", insecure);
  }

  /** The same with another {@code cookie}. */
  public Auth withCookie(@Nullable String cookie) {
    return Change.of(this, "cookie", cookie);
  }

  /** The same with tokens checked so, and so in mode {@link AuthMode#JWT}. */
  public Auth withJwt(Jwt jwt) {
    return new Auth(jwt.hasKeys() ? AuthMode.JWT : mode, timeout, insecure, cookie, jwt);
  }
}
