package dev.carillon.core.spi;

import dev.carillon.core.Problem;
import dev.carillon.core.User;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides who a client is. Safe for use by many threads. */
@FunctionalInterface
public interface Authenticator {
  /** The answer to credentials. */
  sealed interface Answer {
    /**
     * They prove an identity.
     *
     * @param expires when they end, and the session with them unless it shows newer ones; null for
     *     never
     */
    record Accepted(User user, Permissions permissions, @Nullable Instant expires)
        implements Answer {
      /** An identity without an end. */
      public Accepted(User user, Permissions permissions) {
        this(user, permissions, null);
      }
    }

    /** They do not; the problem's detail may be shown to the client. */
    record Refused(Problem problem) implements Answer {}
  }

  /**
   * Checks credentials and gives its answer exactly once, at once or later, on any thread. Does not
   * block.
   */
  void authenticate(Credentials credentials, Consumer<Answer> answer);
}
