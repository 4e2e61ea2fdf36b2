package dev.carillon.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JDK's own WebSocket client, with what came in a queue. */
final class Sockets implements WebSocket.Listener {
  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
  private final StringBuilder part = new StringBuilder();
  private @Nullable WebSocket socket;

  static Sockets connect(HttpClient http, int port, String path, String... subprotocols) {
    var sockets = new Sockets();
    var builder = http.newWebSocketBuilder();
    if (subprotocols.length > 0) {
      builder.subprotocols(
          subprotocols[0], java.util.Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
    }
    sockets.socket =
        builder.buildAsync(URI.create("ws://127.0.0.1:" + port + path), sockets).join();
    return sockets;
  }

  /** Takes a connection that was opened in another way. */
  void use(java.util.concurrent.CompletableFuture<WebSocket> opening) {
    socket = opening.join();
  }

  WebSocket own() {
    return java.util.Objects.requireNonNull(socket);
  }

  void send(String text) {
    own().sendText(text, true).join();
  }

  /** What came next, or "nothing" after ten seconds. */
  String next() throws InterruptedException {
    String next = came.poll(10, TimeUnit.SECONDS);
    return next == null ? "nothing" : next;
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      came.add(part.toString());
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    came.add("closed " + code);
    return null;
  }
}
