package dev.carillon.websocket;

import dev.carillon.websocket.header.DeflateParameters;
import dev.carillon.websocket.header.Extension;
import java.net.URI;
import java.util.Base64;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One opening handshake of a client (RFC 6455 4.1): the request, and the check of its response.
 * Immutable.
 */
public final class ClientHandshake {
  /** What the response means. */
  public sealed interface Outcome {
    /**
     * The connection is open.
     *
     * @param subprotocol the server's choice, null for none
     * @param deflate what was agreed, null for no compression
     */
    record Agreed(@Nullable String subprotocol, @Nullable DeflateAgreement deflate)
        implements Outcome {}

    /**
     * Hang up.
     *
     * @param response with its status and header lines, such as Location or Retry-After
     */
    record Refused(Rule rule, ResponseHead response, String words) implements Outcome {}
  }

  private final RequestHead head;
  private final String key;
  private final ClientTerms terms;

  private ClientHandshake(RequestHead head, String key, ClientTerms terms) {
    this.head = head;
    this.key = key;
    this.terms = terms;
  }

  /**
   * Makes a request with a fresh key.
   *
   * @param uri scheme ws, wss, http or https, without a fragment
   * @throws IllegalArgumentException when the URI cannot be connected to
   */
  public static ClientHandshake request(URI uri, ClientTerms terms, RandomGenerator random) {
    var nonce = new byte[16];
    random.nextBytes(nonce);
    var key = Base64.getEncoder().encodeToString(nonce);
    var fields =
        HttpFields.of(
            "Host", host(uri),
            "Upgrade", "websocket",
            "Connection", "Upgrade",
            "Sec-WebSocket-Key", key,
            "Sec-WebSocket-Version", "13");
    if (terms.origin() != null) {
      fields = fields.with("Origin", terms.origin());
    }
    if (!terms.subprotocols().isEmpty()) {
      fields = fields.with("Sec-WebSocket-Protocol", String.join(", ", terms.subprotocols()));
    }
    if (terms.deflate() != null) {
      fields = fields.with("Sec-WebSocket-Extensions", DeflateOffer.offer(terms.deflate()));
    }
    var head = new RequestHead("GET", target(uri), fields.with(terms.fields()));
    return new ClientHandshake(head, key, terms);
  }

  private static String host(URI uri) {
    var host = uri.getHost();
    var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    int defaultPort =
        switch (scheme) {
          case "ws", "http" -> 80;
          case "wss", "https" -> 443;
          default -> 0;
        };
    if (host == null || defaultPort == 0 || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "cannot connect to a URI of this form; it must be ws://host[:port]/path or wss://...,"
              + " without user name and password");
    }
    if (uri.getRawFragment() != null) {
      throw new IllegalArgumentException("a WebSocket URI must not have a fragment");
    }
    int port = uri.getPort();
    return port < 0 || port == defaultPort ? host : host + ":" + port;
  }

  private static String target(URI uri) {
    var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** The request to send. */
  public RequestHead head() {
    return head;
  }

  /** Checks the server's answer. */
  public Outcome check(ResponseHead response) {
    var broken = switchBroken(response);
    if (broken != null) {
      return refused(broken, response);
    }
    var fields = response.fields();
    var subprotocols = fields.all("Sec-WebSocket-Protocol");
    if (subprotocols.size() > 1 || !terms.subprotocols().containsAll(subprotocols)) {
      return refused(Rule.SUBPROTOCOL_NOT_OFFERED, response);
    }
    var extensions = Extension.parse(fields.all("Sec-WebSocket-Extensions"));
    if (extensions == null || extensions.size() > 1) {
      return refused(Rule.EXTENSION_NOT_OFFERED, response);
    }
    DeflateAgreement deflate = null;
    for (var extension : extensions) {
      if (terms.deflate() == null || !extension.name().equals(DeflateParameters.NAME)) {
        return refused(Rule.EXTENSION_NOT_OFFERED, response);
      }
      deflate = DeflateOffer.check(extension, terms.deflate());
      if (deflate == null) {
        return refused(Rule.DEFLATE_RESPONSE_INVALID, response);
      }
    }
    return new Outcome.Agreed(subprotocols.isEmpty() ? null : subprotocols.get(0), deflate);
  }

  private @Nullable Rule switchBroken(ResponseHead response) {
    if (response.status() != 101) {
      return Rule.STATUS_NOT_101;
    }
    var fields = response.fields();
    var upgrades = fields.all("Upgrade");
    if (upgrades.size() != 1 || !upgrades.get(0).equalsIgnoreCase("websocket")) {
      return Rule.RESPONSE_UPGRADE_MISSING;
    }
    if (!fields.hasToken("Connection", "Upgrade")) {
      return Rule.RESPONSE_CONNECTION_WITHOUT_UPGRADE;
    }
    var accepts = fields.all("Sec-WebSocket-Accept");
    boolean matches = accepts.size() == 1 && accepts.get(0).equals(AcceptKey.answerTo(key));
    return matches ? null : Rule.ACCEPT_WRONG;
  }

  private static Outcome refused(Rule rule, ResponseHead response) {
    var words = rule.words();
    if (rule == Rule.STATUS_NOT_101) {
      words += ": it answered " + response.status();
    }
    return new Outcome.Refused(rule, response, words);
  }
}
