package dev.carillon.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a server is. Immutable.
 *
 * @param uri scheme ws or wss, with a path
 */
record Address(URI uri) {
  /** http becomes ws, and {@code /ws} is added to an address without a path. */
  static Address of(String text) {
    try {
      URI said = new URI(text);
      String scheme = said.getScheme() == null ? "" : said.getScheme().toLowerCase(Locale.ROOT);
      String ours =
          switch (scheme) {
            case "ws", "http" -> "ws";
            case "wss", "https" -> "wss";
            default -> throw wrong();
          };
      if (said.getHost() == null || said.getRawUserInfo() != null) {
        throw wrong();
      }
      String path = said.getRawPath();
      boolean bare = path == null || path.isEmpty() || path.equals("/");
      String query = said.getRawQuery() == null ? "" : "?" + said.getRawQuery();
      String port = said.getPort() < 0 ? "" : ":" + said.getPort();
      return new Address(
          new URI(ours + "://" + said.getHost() + port + (bare ? "/ws" : path) + query));
    } catch (URISyntaxException e) {
      throw wrong();
    }
  }

  /** Without the text: it may hold a secret. */
  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "not an address like ws://localhost:8080 or wss://example.org/ws,"
            + " without user name and password");
  }

  boolean secure() {
    return uri.getScheme().equals("wss");
  }

  String host() {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    return uri.getPort() >= 0 ? uri.getPort() : secure() ? 443 : 80;
  }

  /** Without the query: it may hold a token. */
  @Override
  public String toString() {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
  }
}
