package dev.carillon.server;

import dev.carillon.connection.Application;
import dev.carillon.connection.Door;
import dev.carillon.connection.Peer;
import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.RequestHead;
import dev.carillon.websocket.ServerHandshake;
import dev.carillon.websocket.ServerTerms;
import java.util.List;
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
  private final Origins origins;
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
    this.origins = new Origins(configuration.origins(), Loopback.only(configuration.listen()));
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

  private boolean isMain(String path) {
    return configuration.listen().paths().contains(path);
  }

  @Override
  public Decision decide(RequestHead request, Peer peer) {
    if (!ServerHandshake.asked(request)) {
      return new Decision.Http();
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
    String origin = request.fields().first("Origin");
    if (!origins.allow(origin, request.fields().first("Host"), peer.secure())) {
      return new Decision.Refuse(
          403,
          "pages of this origin may not connect; the server's `origins` setting lists who may");
    }
    Credentials credentials =
        ClientCredentials.of(request.fields(), target, peer, configuration.auth().cookie());
    if (credentials.source() == Credentials.Source.COOKIE && origin == null) {
      return new Decision.Refuse(
          403, "a token in a cookie counts only beside an Origin; send it in another way");
    }
    return upgrade(target, main, credentials);
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
