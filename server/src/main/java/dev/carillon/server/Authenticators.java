package dev.carillon.server;

import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Permissions;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The authenticators that come with a server. */
final class Authenticators {
  private static final SecureRandom NAMES = new SecureRandom();

  private Authenticators() {}

  static Authenticator of(AuthMode mode) {
    return switch (mode) {
      case ANONYMOUS -> (credentials, answer) -> answer.accept(accepted(guest()));
      case TRUSTING ->
          (credentials, answer) -> {
            String claimed = credentials.userHint();
            answer.accept(accepted(claimed == null ? guest() : new User(claimed)));
          };
    };
  }

  /** A lambda of an embedding application, which may block, on a thread of its own. */
  static Authenticator of(UserCheck check) {
    return (credentials, answer) ->
        Thread.ofVirtual()
            .name("carillon-auth")
            .start(
                () -> {
                  Authenticator.Answer outcome;
                  try {
                    outcome = outcome(check.check(new ClientRequest(credentials)));
                  } catch (RuntimeException failed) {
                    HandlerLog.failed("the authenticator", failed);
                    outcome = ClientRequest.refused();
                  }
                  answer.accept(outcome);
                });
  }

  private static Authenticator.Answer outcome(@Nullable String user) {
    return user == null ? ClientRequest.refused() : accepted(new User(user));
  }

  private static Authenticator.Answer accepted(User user) {
    return new Authenticator.Answer.Accepted(user, Permissions.ALL);
  }

  private static User guest() {
    return new User("guest-" + Long.toString(NAMES.nextLong() >>> 28, 36));
  }
}
