package dev.carillon.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session that a room's presence shows.
 *
 * @param session the session
 * @param user its user, absent for anonymous ones
 * @param state what it said of itself, if anything
 */
public record Member(String session, @Nullable String user, @Nullable Payload state) {
  public Member {
    Objects.requireNonNull(session, "session");
  }
}
