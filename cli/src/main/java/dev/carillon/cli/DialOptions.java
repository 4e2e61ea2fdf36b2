package dev.carillon.cli;

import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command is told how to connect. */
final class DialOptions {
  @Option(
      names = "--subprotocol",
      paramLabel = "NAME",
      description = "A subprotocol to ask for, the preferred first.")
  private List<String> subprotocols = new ArrayList<>();

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A further header line. Can be given several times.")
  private List<String> headers = new ArrayList<>();

  @Option(names = "--origin", paramLabel = "ORIGIN", description = "The Origin to send.")
  private @Nullable String origin;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Sent as Authorization: Bearer. Better in $CARILLON_TOKEN, which ps hides.")
  private @Nullable String token;

  @Option(names = "--no-compression", description = "Offers no permessage-deflate.")
  private boolean noCompression;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Believe these certificate authorities (PEM) instead of the system's.")
  private @Nullable Path authorities;

  @Nullable Path authorities() {
    return authorities;
  }

  /** What to ask for in the handshake. */
  ClientTerms terms(List<String> standardSubprotocols) {
    List<HttpFields.Field> fields = fields(headers);
    String secret = token == null ? System.getenv("CARILLON_TOKEN") : token;
    if (secret != null) {
      fields.add(new HttpFields.Field("Authorization", "Bearer " + secret));
    }
    return new ClientTerms(
        subprotocols.isEmpty() ? standardSubprotocols : subprotocols,
        noCompression ? null : DeflateTerms.DEFAULT,
        origin,
        HttpFields.of(fields));
  }

  /** Reads header lines. */
  static List<HttpFields.Field> fields(List<String> headers) {
    var fields = new ArrayList<HttpFields.Field>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1 || header.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
        throw new Failure(Exit.MISUSE, "--header must be 'Name: value'");
      }
      fields.add(
          new HttpFields.Field(
              header.substring(0, colon).strip(), header.substring(colon + 1).strip()));
    }
    return fields;
  }

  /**
   * Reads an address; one without a scheme is taken as {@code ws://}.
   *
   * @param standardPath the path where none is given
   */
  static URI address(String text, String standardPath) {
    String full = text.contains("://") ? text : "ws://" + text;
    try {
      URI uri = new URI(full);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !List.of("ws", "wss", "http", "https").contains(scheme)) {
        throw new Failure(
            Exit.MISUSE, "'" + Shown.line(text) + "' is no address; write ws://host:port/path");
      }
      String path = uri.getRawPath();
      boolean bare = path == null || path.isEmpty() || path.equals("/");
      return bare && uri.getRawQuery() == null
          ? uri.resolve(standardPath)
          : bare ? uri.resolve(standardPath + "?" + uri.getRawQuery()) : uri;
    } catch (URISyntaxException wrong) {
      throw new Failure(
          Exit.MISUSE, "'" + Shown.line(text) + "' is no address: " + wrong.getReason());
    }
  }

  /** The address as it may be shown: without a query, which may hold a token. */
  static String shown(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }
}
