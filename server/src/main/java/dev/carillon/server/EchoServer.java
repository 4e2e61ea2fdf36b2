package dev.carillon.server;

import dev.carillon.connection.Application;
import dev.carillon.connection.Door;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Peer;
import dev.carillon.connection.RequestTarget;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.transport.Listener;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.RequestHead;
import dev.carillon.websocket.ServerHandshake;
import dev.carillon.websocket.ServerTerms;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A server that sends every message back, on the same engine and transport as {@link Server}: what
 * conformance tools and benchmarks talk to. Safe for use by many threads.
 */
public final class EchoServer implements AutoCloseable {
  /**
   * What an echo server takes by default: messages of 64 MiB in any number of frames, every origin,
   * no pings of its own.
   */
  public static final Configuration CONFIGURATION =
      Configuration.DEFAULT
          .withLimits(Limits.DEFAULT.withMaxMessage(ByteSize.mib(64)).withMaxFragments(10_000_000))
          .withHeartbeat(Heartbeat.DEFAULT.withInterval(Duration.ZERO))
          .withOrigins(List.of("*"));

  private final EventLoops loops;
  private final Listener listener;

  /**
   * What it answers to.
   *
   * @param path the only path that echoes, or null for every path
   * @param subprotocols those that it agrees to, the preferred first
   */
  public record Answers(@Nullable String path, List<String> subprotocols) {
    /** Every path, no subprotocol. */
    public static final Answers ALL = new Answers(null, List.of());

    /** Copies the list. */
    public Answers {
      subprotocols = List.copyOf(subprotocols);
    }
  }

  private EchoServer(EventLoops loops, Listener listener) {
    this.loops = loops;
    this.listener = listener;
  }

  /**
   * Starts one.
   *
   * @throws StartException when it cannot be started: why, and what to do
   */
  public static EchoServer start(Configuration configuration, Answers answers) {
    EventLoops loops = EventLoops.start(Parts.loops(configuration), InstantSource.system());
    Origins origins = new Origins(configuration.origins(), Loopback.only(configuration.listen()));
    var terms =
        new ServerTerms(
            answers.subprotocols(), Parts.deflate(configuration.compression()), OriginPolicy.ANY);
    try {
      return new EchoServer(
          loops,
          Listener.open(
              loops,
              Parts.listener(configuration),
              Parts.connection(configuration),
              (request, peer) -> decide(request, peer, answers, origins, terms),
              request -> answer(request, answers)));
    } catch (UncheckedIOException | IllegalArgumentException refused) {
      loops.close();
      throw new StartException(StartAdvice.of(configuration, refused), refused);
    }
  }

  private static Door.Decision decide(
      RequestHead request, Peer peer, Answers answers, Origins origins, ServerTerms terms) {
    if (!ServerHandshake.asked(request)) {
      return new Door.Decision.Http();
    }
    if (!echoes(request.target(), answers)) {
      return new Door.Decision.Refuse(404, "only " + answers.path() + " echoes here");
    }
    HttpFields fields = request.fields();
    return origins.allow(fields.first("Origin"), fields.first("Host"), peer.secure())
        ? new Door.Decision.Upgrade(terms, agreed -> new Application.Bare(Handler.ECHO))
        : new Door.Decision.Refuse(403, "pages of this origin may not connect; see --origin");
  }

  private static boolean echoes(String target, Answers answers) {
    RequestTarget read = RequestTarget.parse(target);
    return answers.path() == null || read != null && read.path().equals(answers.path());
  }

  private static CompletionStage<HttpResponse> answer(HttpRequest request, Answers answers) {
    return CompletableFuture.completedFuture(
        echoes(request.target(), answers)
            ? Problems.upgrade()
            : Problems.of(404, "Not Found", "there is nothing here", HttpFields.NONE));
  }

  /** The TCP port that is listened at; 0 with a Unix socket. */
  public int port() {
    return listener.port();
  }

  /** Closes every connection with 1001 and ends. */
  @Override
  public void close() {
    loops
        .drain(dev.carillon.core.Disconnect.GOING_AWAY, Duration.ZERO, Duration.ofSeconds(2))
        .join();
    listener.close();
    loops.close();
  }
}
