package dev.carillon.transport;

import dev.carillon.connection.Application;
import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Door;
import dev.carillon.connection.Handler;
import dev.carillon.websocket.ServerTerms;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** A server for tests: {@code /} echoes, {@code /http...} is plain HTTP, {@code /no} is refused. */
final class EchoServer implements AutoCloseable {
  final EventLoops loops;
  final Listener listener;

  EchoServer(
      EventLoops loops, ListenerOptions options, ConnectionSettings settings, Handler handler) {
    this.loops = loops;
    this.listener =
        Listener.open(
            loops, options, settings, (request, peer) -> decide(request, handler), this::answer);
  }

  EchoServer(ConnectionSettings settings) {
    this(loops(1, true), ListenerOptions.DEFAULT, settings, Handler.ECHO);
  }

  static EventLoops loops(int threads, boolean nativeSockets) {
    return EventLoops.start(
        LoopOptions.DEFAULT.withThreads(threads).withNativeSockets(nativeSockets),
        InstantSource.system());
  }

  private static Door.Decision decide(dev.carillon.websocket.RequestHead request, Handler handler) {
    if (request.target().startsWith("/http")) {
      return new Door.Decision.Http();
    }
    if (request.target().equals("/no")) {
      return new Door.Decision.Refuse(404, "there is nothing at \"/no\"");
    }
    return new Door.Decision.Upgrade(
        ServerTerms.DEFAULT, subprotocol -> new Application.Bare(handler));
  }

  private CompletableFuture<HttpResponse> answer(HttpRequest request) {
    if (request.target().equals("/http/fails")) {
      throw new IllegalStateException("for the test");
    }
    HttpResponse response =
        HttpResponse.of(
            200,
            "text/plain",
            request + ":" + new String(request.body(), java.nio.charset.StandardCharsets.UTF_8));
    return request.target().equals("/http/later")
        ? CompletableFuture.supplyAsync(() -> response)
        : CompletableFuture.completedFuture(response);
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + listener.port() + "/");
  }

  @Override
  public void close() {
    listener.close();
    loops.close();
  }
}
