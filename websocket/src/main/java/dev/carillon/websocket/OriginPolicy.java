package dev.carillon.websocket;

import dev.carillon.websocket.header.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which origins may open a connection (RFC 6455 10.2), compared as parsed scheme, host and port.
 * Immutable.
 */
public final class OriginPolicy {
  /** Lets everybody in, with or without an Origin. */
  public static final OriginPolicy ANY = new OriginPolicy(List.of(), true, true);

  private static final String WILDCARD = "*.";

  private final List<Origin> patterns;
  private final boolean missingAllowed;
  private final boolean any;

  private OriginPolicy(List<Origin> patterns, boolean missingAllowed, boolean any) {
    this.patterns = patterns;
    this.missingAllowed = missingAllowed;
    this.any = any;
  }

  /**
   * Lets in what matches one of the patterns.
   *
   * @param patterns such as {@code https://example.org}, {@code http://localhost:8080} or {@code
   *     https://*.example.org}; a {@code *} stands for exactly one label, and only as the whole
   *     leftmost one
   * @param missingAllowed whether a request without an Origin may pass (programs send none); say no
   *     where cookies authenticate
   * @throws IllegalArgumentException when a pattern does not parse
   */
  public static OriginPolicy of(List<String> patterns, boolean missingAllowed) {
    var parsed = new ArrayList<Origin>();
    for (var pattern : patterns) {
      var origin = Origin.parse(pattern);
      if (origin == null || !hostAllowed(origin.host())) {
        throw new IllegalArgumentException(
            "origin pattern is \""
                + pattern
                + "\", must look like https://example.org:8443 or"
                + " https://*.example.org");
      }
      parsed.add(origin);
    }
    return new OriginPolicy(List.copyOf(parsed), missingAllowed, false);
  }

  private static boolean hostAllowed(String host) {
    var fixed = host.startsWith(WILDCARD) ? host.substring(WILDCARD.length()) : host;
    return fixed.indexOf('*') < 0 && !fixed.isEmpty() && !fixed.startsWith(".");
  }

  /** Whether this value of the Origin header may connect. */
  public boolean allows(@Nullable String origin) {
    if (any) {
      return true;
    }
    if (origin == null) {
      return missingAllowed;
    }
    var parsed = Origin.parse(origin);
    if (parsed == null || parsed.host().indexOf('*') >= 0) {
      return false;
    }
    for (var pattern : patterns) {
      if (pattern.scheme().equals(parsed.scheme())
          && pattern.port() == parsed.port()
          && hostMatches(pattern.host(), parsed.host())) {
        return true;
      }
    }
    return false;
  }

  private static boolean hostMatches(String pattern, String host) {
    if (!pattern.startsWith(WILDCARD)) {
      return pattern.equals(host);
    }
    int dot = host.indexOf('.');
    return dot > 0 && host.substring(dot).equals(pattern.substring(1));
  }
}
