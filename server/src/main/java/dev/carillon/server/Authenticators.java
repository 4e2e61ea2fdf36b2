package dev.carillon.server;

import dev.carillon.core.Problem;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Permissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** The authenticators that come with a server. */
final class Authenticators {
  /** One answer for all who are refused: it tells nobody why. */
  static final Authenticator.Answer REFUSED =
      new Authenticator.Answer.Refused(
          new Problem(Problem.Reason.UNAUTHENTICATED, "these credentials are not accepted"));

  private static final SecureRandom NAMES = new SecureRandom();

  private Authenticators() {}

  static Authenticator of(Auth auth) {
    return switch (auth.mode()) {
      case JWT -> JwtAuthenticator.of(auth.jwt(), InstantSource.system());
      case ANONYMOUS -> (credentials, answer) -> answer.accept(accepted(guest()));
      case TRUSTING ->
          (credentials, answer) -> {
            String claimed = credentials.userHint();
            answer.accept(accepted(claimed == null ? guest() : new User(claimed)));
          };
    };
  }

  /** Checks on a virtual thread; a check that fails refuses. */
  static Authenticator of(UserCheck check) {
    return (credentials, answer) ->
        Thread.ofVirtual()
            .name("carillon-authenticator")
            .start(() -> checked(check, credentials, answer));
  }

  private static void checked(
      UserCheck check, Credentials credentials, Consumer<Authenticator.Answer> answer) {
    Authenticator.Answer outcome = REFUSED;
    try {
      String user = check.userOf(credentials);
      outcome = user == null ? REFUSED : accepted(new User(user));
    } catch (RuntimeException failed) {
      LoggerFactory.getLogger(UserCheck.class)
          .error("the application's authenticator failed; the client is refused", failed);
    }
    answer.accept(outcome);
  }

  private static Authenticator.Answer accepted(User user) {
    return new Authenticator.Answer.Accepted(user, Permissions.ALL);
  }

  private static User guest() {
    return new User("guest-" + Long.toString(NAMES.nextLong() >>> 28, 36), true);
  }
}
