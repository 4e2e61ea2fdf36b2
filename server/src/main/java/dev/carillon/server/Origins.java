package dev.carillon.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may connect (RFC 6455 10.2), compared as parsed scheme, host and port. Immutable,
 * safe for use by many threads.
 */
final class Origins {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean any;
  private final boolean same;
  private final boolean local;
  private final boolean loopback;
  private final List<Origin> listed;

  /** An origin; the host in lower case, and beginning with "*." where it stands for any label. */
  private record Origin(String scheme, String host, int port) {
    boolean covers(Origin other) {
      return scheme.equals(other.scheme)
          && port == other.port
          && (host.equals(other.host)
              || host.startsWith("*.")
                  && other.host.endsWith(host.substring(1))
                  && other.host.length() >= host.length());
    }
  }

  /**
   * The origins of a configuration.
   *
   * @param words {@code same}, {@code local}, {@code *} and origins
   * @param loopback whether the server listens on loopback only: then {@code same} is believed of
   *     local names alone, since any name can be made to resolve to this machine
   */
  Origins(List<String> words, boolean loopback) {
    any = words.contains("*");
    same = words.contains("same");
    local = words.contains("local");
    this.loopback = loopback;
    var origins = new ArrayList<Origin>();
    for (String word : words) {
      Origin origin = parse(word);
      if (origin != null) {
        origins.add(origin);
      }
    }
    listed = List.copyOf(origins);
  }

  /** What is wrong with a word of the configuration, or null. */
  static @Nullable String flaw(String word) {
    if (word.equals("*") || word.equals("same") || word.equals("local")) {
      return null;
    }
    return parse(word) == null
        ? "must be same, local, * or an origin such as https://example.org or https://*.example.org"
        : null;
  }

  /**
   * Whether a request may open a connection.
   *
   * @param origin the Origin header, or null when there was none
   * @param host the Host header
   * @param secure whether it came over TLS
   */
  boolean allow(@Nullable String origin, @Nullable String host, boolean secure) {
    return any || origin == null || names(origin, host, secure);
  }

  /** Whether an origin is allowed for itself, and not only because every origin is. */
  boolean names(String origin, @Nullable String host, boolean secure) {
    Origin from = parse(origin);
    if (from == null || from.host.startsWith("*")) {
      return false;
    }
    if (local && LOCAL.contains(from.host)) {
      return true;
    }
    if (same && host != null && (!loopback || LOCAL.contains(from.host))) {
      Origin own = parse((secure ? "https://" : "http://") + host);
      if (own != null && own.covers(from)) {
        return true;
      }
    }
    return listed.stream().anyMatch(allowed -> allowed.covers(from));
  }

  private static @Nullable Origin parse(String text) {
    boolean wild = text.contains("://*.");
    URI uri;
    try {
      uri = new URI(wild ? text.replaceFirst("://\\*\\.", "://") : text);
    } catch (URISyntaxException wrong) {
      return null;
    }
    String scheme = uri.getScheme();
    String host = uri.getHost();
    boolean bare =
        (uri.getRawPath() == null || uri.getRawPath().isEmpty())
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && uri.getRawUserInfo() == null;
    if (scheme == null || host == null || !bare || wild && host.indexOf('.') < 0) {
      return null;
    }
    scheme = scheme.toLowerCase(Locale.ROOT);
    int port = uri.getPort();
    if (port < 0) {
      port = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : 0;
    }
    host = host.toLowerCase(Locale.ROOT);
    return new Origin(scheme, wild ? "*." + host : host, port);
  }
}
