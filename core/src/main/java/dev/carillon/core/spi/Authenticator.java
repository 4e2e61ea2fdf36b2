package dev.carillon.core.spi;

import dev.carillon.core.Problem;
import dev.carillon.core.User;
import java.util.function.Consumer;

/** Decides who a client is. Safe for use by many threads. */
@FunctionalInterface
public interface Authenticator {
  /** The answer to credentials. */
  sealed interface Answer {
    /** They prove an identity. */
    record Accepted(User user, Permissions permissions) implements Answer {}

    /** They do not; the problem's detail may be shown to the client. */
    record Refused(Problem problem) implements Answer {}
  }

  /**
   * Checks credentials and gives its answer exactly once, at once or later, on any thread. Does not
   * block.
   */
  void authenticate(Credentials credentials, Consumer<Answer> answer);
}
