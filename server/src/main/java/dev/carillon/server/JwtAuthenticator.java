package dev.carillon.server;

import dev.carillon.core.Problem;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Secret;
import dev.carillon.server.token.TokenCheck;
import dev.carillon.server.token.TokenChecks;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in whoever brings a good token. All others get one and the same answer; why is in the log,
 * at level debug. Safe for use by many threads.
 */
final class JwtAuthenticator implements Authenticator {
  private static final Answer UNKNOWN =
      new Answer.Refused(
          new Problem(
              Problem.Reason.TIMEOUT, "credentials cannot be checked now; try again in a moment"));

  private final TokenCheck check;

  private JwtAuthenticator(TokenCheck check) {
    this.check = check;
  }

  /**
   * As configured.
   *
   * @throws StartException when the keys cannot be used: why, and what to do
   */
  static JwtAuthenticator of(Jwt jwt, InstantSource clock) {
    var terms = new TokenCheck.Terms(jwt.issuer(), jwt.audience(), jwt.leeway());
    Path key = jwt.key();
    String jwks = jwt.jwks();
    String setting = key != null ? "auth.jwt.key: " : "auth.jwt.jwks: ";
    try {
      if (key != null) {
        return new JwtAuthenticator(TokenChecks.file(key, jwt.algorithm(), terms, clock));
      }
      if (jwks != null) {
        return new JwtAuthenticator(
            TokenChecks.keySet(jwks, jwt.algorithm(), jwt.refresh(), jwt.keep(), terms, clock));
      }
    } catch (IllegalArgumentException unusable) {
      throw new StartException(setting + unusable.getMessage(), unusable);
    }
    throw new StartException(
        "auth.mode is jwt, which needs a key: set auth.jwt.key (--jwt-key FILE) or auth.jwt.jwks."
            + " `carillon token --new-key FILE` makes a key");
  }

  /** Signatures take their time, and keys may have to be fetched: neither is a loop's business. */
  @Override
  public void authenticate(Credentials credentials, Consumer<Answer> answer) {
    Secret token = credentials.token();
    if (token == null) {
      answer.accept(Authenticators.REFUSED);
      return;
    }
    Thread.ofVirtual()
        .name("carillon-token")
        .start(() -> answer.accept(answer(token.reveal(), credentials)));
  }

  private Answer answer(String token, Credentials credentials) {
    try {
      return switch (check.check(token)) {
        case TokenCheck.Outcome.Good(var user, var permissions, var expires) ->
            new Answer.Accepted(user, permissions, expires);
        case TokenCheck.Outcome.Bad(var why) -> {
          log().debug("a token of {} is refused: {}", credentials.remoteAddress(), why);
          yield Authenticators.REFUSED;
        }
        case TokenCheck.Outcome.Unknown(var why) -> {
          log().debug("a token of {} cannot be checked: {}", credentials.remoteAddress(), why);
          yield UNKNOWN;
        }
      };
    } catch (RuntimeException failed) {
      log().error("a token could not be checked; its client is refused", failed);
      return Authenticators.REFUSED;
    }
  }

  private static Logger log() {
    return LoggerFactory.getLogger(JwtAuthenticator.class);
  }
}
