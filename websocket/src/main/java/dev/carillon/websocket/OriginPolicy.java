package dev.carillon.websocket;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which origins may open a connection (RFC 6455 10.2), compared as parsed scheme, host and port.
 * Immutable.
 */
public final class OriginPolicy {
  /** Lets everybody in, with or without an Origin. */
  public static final OriginPolicy ANY = new OriginPolicy();

  private OriginPolicy() {}

  /**
   * Lets in what matches one of the patterns.
   *
   * @param patterns such as {@code https://example.org}, {@code http://localhost:8080} or {@code
   *     https://*.example.org}; a {@code *} stands for one or more labels and only as the whole
   *     leftmost one
   * @param missingAllowed whether a request without an Origin may pass (programs send none); say no
   *     where cookies authenticate
   * @throws IllegalArgumentException when a pattern does not parse
   */
  public static OriginPolicy of(List<String> patterns, boolean missingAllowed) {
    return new OriginPolicy();
  }

  /** Whether this value of the Origin header may connect. */
  public boolean allows(@Nullable String origin) {
    throw new UnsupportedOperationException();
  }
}
