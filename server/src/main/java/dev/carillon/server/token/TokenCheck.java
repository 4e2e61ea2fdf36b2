package dev.carillon.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.carillon.core.User;
import dev.carillon.core.spi.Permissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON Web Tokens (RFC 7519) that were signed with the keys of one source. Safe for use by
 * many threads.
 */
public final class TokenCheck {
  /** The longest token, in characters. */
  public static final int MAX_TOKEN = 8192;

  private static final int MAX_SIGNATURES = 8;
  private static final Instant FAR = Instant.parse("9999-12-31T23:59:59Z");

  /** Claims that say how far the token goes, and nothing of the user. */
  private static final Set<String> OF_THE_TOKEN =
      Set.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti", RoomRights.CLAIM);

  /**
   * What must hold of a token besides its signature.
   *
   * @param issuer must be its {@code iss}, or null for any
   * @param audience must be one of its {@code aud}; null lets only tokens in that are for nobody in
   *     particular (RFC 7519 section 4.1.3)
   * @param leeway how far clocks may be apart
   */
  public record Terms(@Nullable String issuer, @Nullable String audience, Duration leeway) {}

  /** What a token is worth. */
  public sealed interface Outcome {
    /** It is good. */
    record Good(User user, Permissions permissions, Instant expires) implements Outcome {}

    /** It is not; {@code why} is for the server's log, without anything of the token. */
    record Bad(String why) implements Outcome {}

    /** It cannot be said now. */
    record Unknown(String why) implements Outcome {}
  }

  private final KeySource source;
  private final Terms terms;
  private final InstantSource clock;

  TokenCheck(KeySource source, Terms terms, InstantSource clock) {
    this.source = source;
    this.terms = terms;
    this.clock = clock;
  }

  /** Checks a token. May wait for keys. */
  public Outcome check(String token) {
    if (token.length() > MAX_TOKEN) {
      return new Outcome.Bad("it is longer than " + MAX_TOKEN + " characters");
    }
    try {
      // A token without a signature cannot be read as a signed one.
      SignedJWT jwt = SignedJWT.parse(token);
      String flaw = pointsElsewhere(jwt.getHeader());
      if (flaw == null && !signed(jwt)) {
        flaw = "no key of ours, with that key's own algorithm, made its signature";
      }
      return flaw == null ? claims(jwt.getJWTClaimsSet()) : new Outcome.Bad(flaw);
    } catch (ParseException | RuntimeException unreadable) {
      return new Outcome.Bad("it cannot be read");
    } catch (KeySource.Unavailable late) {
      return new Outcome.Unknown(String.valueOf(late.getMessage()));
    }
  }

  /** Whoever made the token would like to choose the key. */
  private static @Nullable String pointsElsewhere(JWSHeader header) {
    return header.getJWKURL() != null || header.getX509CertURL() != null || header.getJWK() != null
        ? "its header brings a key, or the address of one"
        : null;
  }

  private boolean signed(SignedJWT jwt) throws KeySource.Unavailable {
    JWSHeader header = jwt.getHeader();
    int tried = 0;
    for (TokenKey key : source.keys(header.getKeyID())) {
      if (key.algorithm().equals(header.getAlgorithm())
          && key.answersTo(header.getKeyID())
          && tried++ < MAX_SIGNATURES
          && verified(jwt, key)) {
        return true;
      }
    }
    return false;
  }

  private static boolean verified(SignedJWT jwt, TokenKey key) {
    try {
      return jwt.verify(key.verifier());
    } catch (JOSEException unusable) {
      return false;
    }
  }

  private Outcome claims(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Instant expires = time(claims.getExpirationTime());
    Instant begins = time(claims.getNotBeforeTime());
    String issuer = terms.issuer();
    String audience = terms.audience();
    List<String> audiences = claims.getAudience();
    if (expires == null) {
      return new Outcome.Bad("it does not say when it ends (exp)");
    }
    if (!now.isBefore(expires.plus(terms.leeway()))) {
      return new Outcome.Bad("it has expired");
    }
    if (begins != null && begins.minus(terms.leeway()).isAfter(now)) {
      return new Outcome.Bad("it is not valid yet (nbf)");
    }
    if (issuer != null && !issuer.equals(claims.getIssuer())) {
      return new Outcome.Bad("it is of another issuer (iss)");
    }
    if (audience == null ? !audiences.isEmpty() : !audiences.contains(audience)) {
      return new Outcome.Bad("it is for another audience (aud)");
    }
    String subject = claims.getSubject();
    if (subject == null) {
      return new Outcome.Bad("it names no user (sub)");
    }
    try {
      User user = new User(subject, false, further(claims.getClaims()));
      RoomRights rights = RoomRights.of(claims.getClaim(RoomRights.CLAIM));
      return new Outcome.Good(user, rights, expires.isAfter(FAR) ? FAR : expires);
    } catch (IllegalArgumentException flawed) {
      return new Outcome.Bad(String.valueOf(flawed.getMessage()));
    }
  }

  private static @Nullable Instant time(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }

  private static Map<String, Object> further(Map<String, Object> claims) {
    var further = new LinkedHashMap<String, Object>();
    claims.forEach(
        (name, value) -> {
          Object kept = OF_THE_TOKEN.contains(name) ? null : kept(value);
          if (kept != null) {
            further.put(name, kept);
          }
        });
    return further;
  }

  /** The value without what is null or none of JSON's. */
  private static @Nullable Object kept(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean truth -> truth;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Number number -> number.doubleValue();
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach(
            (name, inner) -> {
              Object kept = kept(inner);
              if (kept != null) {
                copy.put(String.valueOf(name), kept);
              }
            });
        yield copy;
      }
      case List<?> list -> {
        var copy = new ArrayList<Object>();
        for (Object item : list) {
          Object kept = kept(item);
          if (kept != null) {
            copy.add(kept);
          }
        }
        yield copy;
      }
      case null, default -> null;
    };
  }
}
