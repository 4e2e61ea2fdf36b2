package dev.carillon.server;

import dev.carillon.core.spi.Credentials;
import org.jspecify.annotations.Nullable;

/** An application's own way to decide who a client is. Safe for use by many threads. */
@FunctionalInterface
public interface UserCheck {
  /**
   * Checks what a client brought. Runs on a virtual thread of its own, so it may block.
   *
   * @return the user's name, 1 to 200 characters without control characters, or null to refuse
   */
  @Nullable String userOf(Credentials credentials);
}
