package dev.carillon.core.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a client brought to say who it is.
 *
 * @param token the token, or null when none was given
 * @param source where the token stood
 * @param userHint a user name that the client claims without proof, or null; only an authenticator
 *     for development believes it
 * @param remoteAddress the peer's address as text
 */
public record Credentials(
    @Nullable Secret token, Source source, @Nullable String userHint, String remoteAddress) {
  /** Where a token can stand. */
  public enum Source {
    NONE,
    FIRST_MESSAGE,
    SUBPROTOCOL,
    COOKIE,
    HEADER,
    QUERY
  }
}
