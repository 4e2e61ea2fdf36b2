package dev.carillon.server;

import dev.carillon.connection.Peer;
import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Credentials.Source;
import dev.carillon.core.spi.Secret;
import dev.carillon.websocket.HttpFields;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what a request says of who sent it. */
final class ClientCredentials {
  /** The query parameter that holds a token. */
  static final String TOKEN = "token";

  private static final String SUBPROTOCOL = "bearer.";
  private static final String SCHEME = "Bearer ";
  private static final int MAX_USER = 200;

  private ClientCredentials() {}

  /**
   * The credentials of a request: the Authorization header, else a subprotocol {@code
   * bearer.<token>}, else the cookie, else the query parameter {@code token}.
   *
   * @param cookieName the cookie's name, or null when none counts
   */
  static Credentials of(
      HttpFields fields, RequestTarget target, Peer peer, @Nullable String cookieName) {
    String user = user(target.parameter("user"));
    String header = header(fields);
    if (header != null) {
      return credentials(header, Source.HEADER, user, peer);
    }
    String subprotocol = subprotocol(fields);
    if (subprotocol != null) {
      return credentials(subprotocol, Source.SUBPROTOCOL, user, peer);
    }
    String cookie = cookieName == null ? null : cookie(fields, cookieName);
    if (cookie != null) {
      return credentials(cookie, Source.COOKIE, user, peer);
    }
    String query = target.parameter(TOKEN);
    return query == null
        ? new Credentials(null, Source.NONE, user, peer.address())
        : credentials(query, Source.QUERY, user, peer);
  }

  /** The parameters that protocols may see. */
  static Map<String, List<String>> withoutToken(Map<String, List<String>> query) {
    if (!query.containsKey(TOKEN)) {
      return query;
    }
    var open = new LinkedHashMap<>(query);
    open.remove(TOKEN);
    return Collections.unmodifiableMap(open);
  }

  private static Credentials credentials(
      String token, Source source, @Nullable String user, Peer peer) {
    return new Credentials(new Secret(token), source, user, peer.address());
  }

  private static @Nullable String user(@Nullable String claimed) {
    boolean usable =
        claimed != null
            && !claimed.isEmpty()
            && claimed.length() <= MAX_USER
            && claimed.chars().noneMatch(Character::isISOControl);
    return usable ? claimed : null;
  }

  private static @Nullable String header(HttpFields fields) {
    String value = fields.first("Authorization");
    return value != null && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? value.substring(SCHEME.length()).strip()
        : null;
  }

  private static @Nullable String subprotocol(HttpFields fields) {
    for (String line : fields.all("Sec-WebSocket-Protocol")) {
      for (String name : line.split(",")) {
        if (name.strip().startsWith(SUBPROTOCOL)) {
          return name.strip().substring(SUBPROTOCOL.length());
        }
      }
    }
    return null;
  }

  private static @Nullable String cookie(HttpFields fields, String name) {
    for (String line : fields.all("Cookie")) {
      for (String cookie : line.split(";")) {
        int equals = cookie.indexOf('=');
        if (equals > 0 && cookie.substring(0, equals).strip().equals(name)) {
          return cookie.substring(equals + 1).strip();
        }
      }
    }
    return null;
  }
}
