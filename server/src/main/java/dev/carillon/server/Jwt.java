package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are checked, with {@link AuthMode#JWT}.
 *
 * @param key the key: a public key or certificate in PEM, or a secret of at least 32 characters
 * @param jwks a JSON Web Key set instead of one key: an https address, or a file
 * @param algorithm the only algorithm that counts, where the key leaves a choice
 * @param issuer what a token's iss must be
 * @param audience what must be among a token's aud; without it, tokens that have one are refused
 * @param leeway how far the clocks of servers may be apart
 * @param refresh after how long the key set is read again
 * @param keep how long a key set counts that cannot be read again
 */
public record Jwt(
    @Setting(
            "The key: a public key or certificate in PEM (RSA or an elliptic curve), or a secret of"
                + " at least 32 characters. `carillon token --new-key FILE` makes one.")
        @Nullable Path key,
    @Setting(
            value = "A JSON Web Key set instead of one key, as identity providers have.",
            allowed = "an https address, or a file's path")
        @Nullable String jwks,
    @Setting(
            value =
                "The only algorithm that counts, where the key leaves a choice: a secret means"
                    + " HS256 and RSA means RS256 if nothing else is said here or in the key set.",
            allowed =
                "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384"
                    + " or ES512")
        @Nullable String algorithm,
    @Setting("What a token's `iss` must be; anything if this is not set.") @Nullable String issuer,
    @Setting(
            "What must be among a token's `aud`. If this is not set, tokens for any audience are"
                + " refused, as they are meant for somebody else.")
        @Nullable String audience,
    @Setting(value = "How far the clocks of two servers may be apart.", allowed = "0s to 10m")
        Duration leeway,
    @Setting(
            value =
                "After how long the key set is read again. A key that it does not have makes it"
                    + " read at once, at most every 10 s.",
            allowed = "10s to 1d")
        Duration refresh,
    @Setting(
            value = "How long a key set counts that cannot be read again.",
            allowed = "10s to 365d")
        Duration keep) {
  /** No key. */
  public static final Jwt DEFAULT =
      new Jwt(
          null,
          null,
          null,
          null,
          null,
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofDays(1));

  /** Checks the values. */
  public Jwt {
    BadSetting.require(
        key == null || jwks == null, "jwks", "stands beside key; one of them is enough");
    BadSetting.require(
        algorithm == null || algorithm.matches("(HS|RS|PS|ES)(256|384|512)"),
        "algorithm",
        "is none of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384"
            + " and ES512");
    BadSetting.within("leeway", leeway, Duration.ZERO, Duration.ofMinutes(10));
    BadSetting.within("refresh", refresh, Duration.ofSeconds(10), Duration.ofDays(1));
    BadSetting.within("keep", keep, Duration.ofSeconds(10), Duration.ofDays(365));
  }

  /** Whether there is anything to check tokens with. */
  boolean hasKeys() {
    return key != null || jwks != null;
  }

  /** The same with another {@code key}. */
  public Jwt withKey(@Nullable Path key) {
    return Change.of(this, "key", key);
  }

  /** The same with another {@code jwks}. */
  public Jwt withJwks(@Nullable String jwks) {
    return Change.of(this, "jwks", jwks);
  }

  /** The same with another {@code algorithm}. */
  public Jwt withAlgorithm(@Nullable String algorithm) {
    return Change.of(this, "algorithm", algorithm);
  }

  /** The same with another {@code issuer}. */
  public Jwt withIssuer(@Nullable String issuer) {
    return Change.of(this, "issuer", issuer);
  }

  /** The same with another {@code audience}. */
  public Jwt withAudience(@Nullable String audience) {
    return Change.of(this, "audience", audience);
  }

  /** The same with another {@code leeway}. */
  public Jwt withLeeway(Duration leeway) {
    return Change.of(this, "leeway", leeway);
  }

  /** The same with another {@code refresh}. */
  public Jwt withRefresh(Duration refresh) {
    return Change.of(this, "refresh", refresh);
  }

  /** The same with another {@code keep}. */
  public Jwt withKeep(Duration keep) {
    return Change.of(this, "keep", keep);
  }
}
