package dev.carillon.server;

import dev.carillon.connection.Application;
import dev.carillon.connection.Door;
import dev.carillon.connection.Peer;
import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Terms;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.RequestHead;
import dev.carillon.websocket.ServerHandshake;
import dev.carillon.websocket.ServerTerms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which protocol a request leads to, or why it leads to none. Immutable, safe for use by
 * many threads.
 *
 * <p>At the addresses of {@link Listen#paths()}, every protocol with a subprotocol name can be
 * asked for by it. Who asks for none of those that are spoken is accepted without a subprotocol, as
 * RFC 6455 4.2.2 says, and spoken to in the protocol that is the address's own.
 */
final class Reception implements Door {
  /** Where protocols are asked whether they answer, for all of {@link Listen#paths()}. */
  private static final String MAIN = "/ws";

  private final Configuration configuration;
  private final List<Protocol> protocols;
  private final Authenticator authenticator;
  private final Cors cors;
  private final Terms terms;
  private final @Nullable DeflateTerms deflate;
  private final BooleanSupplier draining;

  Reception(
      Configuration configuration,
      List<Protocol> protocols,
      Authenticator authenticator,
      BooleanSupplier draining) {
    this.configuration = configuration;
    this.protocols = protocols;
    this.authenticator = authenticator;
    this.draining = draining;
    this.cors =
        new Cors(new Origins(configuration.origins(), Loopback.only(configuration.listen())));
    Limits limits = configuration.limits();
    this.terms =
        new Terms(
            configuration.node().name(),
            configuration.heartbeat().interval(),
            limits.maxMessage().toInt(),
            limits.maxRooms());
    this.deflate = Parts.deflate(configuration.compression());
  }

  /** Whether WebSockets are spoken at a path. */
  boolean speaks(String path) {
    return isMain(path) || protocols.stream().anyMatch(protocol -> protocol.answers(path));
  }

  boolean isMain(String path) {
    return configuration.listen().paths().contains(path);
  }

  @Override
  public Decision decide(RequestHead request, Peer peer) {
    if (!ServerHandshake.asked(request)) {
      return wantsEvents(request) ? stream(request, peer) : new Decision.Http();
    }
    RequestTarget target = RequestTarget.parse(request.target());
    if (target == null) {
      return new Decision.Refuse(400, "the address has a broken percent escape");
    }
    boolean main = target.path().equals("/") || isMain(target.path());
    if (!main && !speaks(target.path())) {
      return new Decision.Refuse(
          404,
          "nothing is spoken at this address; try "
              + configuration.listen().paths().getFirst()
              + " or /rooms/{room}");
    }
    if (draining.getAsBoolean()) {
      return new Decision.Refuse(
          503, "the server is shutting down", HttpFields.of("Retry-After", "1"));
    }
    if (!cors.allows(request.fields(), peer)) {
      return new Decision.Refuse(403, Cors.WORDS);
    }
    String origin = request.fields().first("Origin");
    Credentials credentials =
        ClientCredentials.of(request.fields(), target, peer, configuration.auth().cookie());
    if (credentials.source() == Credentials.Source.COOKIE && origin == null) {
      return new Decision.Refuse(
          403, "a token in a cookie counts only beside an Origin; send it in another way");
    }
    return upgrade(target, main, credentials);
  }

  private static boolean wantsEvents(RequestHead request) {
    return request.method().equals("GET")
        && request.fields().first(LinkRequests.LINK) == null
        && request.fields().all("Accept").stream()
            .anyMatch(accept -> accept.toLowerCase(Locale.ROOT).contains("text/event-stream"));
  }

  private Decision stream(RequestHead request, Peer peer) {
    RequestTarget target = RequestTarget.parse(request.target());
    Protocol protocol = target == null ? null : streamed(target.path());
    if (target == null || protocol == null) {
      return new Decision.Http();
    }
    HttpFields fields = cors.fields(request.fields(), peer);
    if (draining.getAsBoolean()) {
      return new Decision.Refuse(
          503, "the server is shutting down", fields.with("Retry-After", "1"));
    }
    if (!cors.allows(request.fields(), peer)) {
      return new Decision.Refuse(403, Cors.WORDS);
    }
    return new Decision.Stream(rooms(protocol, request.fields(), target, peer), fields);
  }

  /** The protocol that is spoken in event streams at a path, or null. */
  @Nullable Protocol streamed(String path) {
    String own = isMain(path) ? MAIN : path;
    return protocols.stream()
        .filter(protocol -> protocol.streaming() != null && protocol.answers(own))
        .findFirst()
        .orElse(null);
  }

  /** What answers single requests at a path, or null. */
  @Nullable Resource resource(String path) {
    return protocols.stream()
        .map(Protocol::resource)
        .filter(resource -> resource != null && resource.answers(path))
        .findFirst()
        .orElse(null);
  }

  /** A conversation over HTTP. */
  Application.Rooms rooms(Protocol protocol, HttpFields fields, RequestTarget target, Peer peer) {
    return new Application.Rooms(protocol, opening(fields, target, peer), authenticator, terms);
  }

  /** What a request says of itself; the id of the last event had is a parameter among others. */
  Opening opening(HttpFields fields, RequestTarget target, Peer peer) {
    var query = ClientCredentials.withoutToken(target.query());
    String seen = fields.first("Last-Event-ID");
    if (seen != null) {
      query = new LinkedHashMap<>(query);
      query.put("last-event-id", List.of(seen));
    }
    String cookie = fromPage(fields) ? configuration.auth().cookie() : null;
    return new Opening(
        target.path(), query, null, ClientCredentials.of(fields, target, peer, cookie));
  }

  /**
   * Whether a cookie counts: browsers send it for pages of any origin. Where there is an Origin it
   * was checked, and what a page asks of its own site without one says so; no page can set that.
   */
  private static boolean fromPage(HttpFields fields) {
    return fields.first("Origin") != null || "same-origin".equals(fields.first("Sec-Fetch-Site"));
  }

  Cors cors() {
    return cors;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  private Decision upgrade(RequestTarget target, boolean main, Credentials credentials) {
    String path = main ? MAIN : target.path();
    List<Protocol> spoken =
        main ? protocols : protocols.stream().filter(known -> known.answers(path)).toList();
    List<String> names = spoken.stream().flatMap(p -> p.subprotocols().stream()).toList();
    var opening = ClientCredentials.withoutToken(target.query());
    return new Decision.Upgrade(
        new ServerTerms(names, deflate, OriginPolicy.ANY),
        agreed ->
            new Application.Rooms(
                protocol(spoken, path, agreed),
                new Opening(path, opening, agreed, credentials),
                authenticator,
                terms));
  }

  private static Protocol protocol(List<Protocol> spoken, String path, @Nullable String agreed) {
    for (Protocol protocol : spoken) {
      if (agreed == null ? protocol.answers(path) : protocol.subprotocols().contains(agreed)) {
        return protocol;
      }
    }
    return spoken.getFirst();
  }
}
