package dev.carillon.transport;

import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.Utf8;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client's open WebSocket, for threads other than its loop. Safe for use by many threads; what
 * one thread sends keeps its order. A {@link Handler} on the loop itself uses its {@link Link}
 * instead, which costs less.
 */
public final class ClientConnection {
  /**
   * How a connection ended.
   *
   * @param code the peer's code, or {@link CloseCode#ABNORMAL} when there was none
   * @param reason as the peer sent it: escape it before showing it
   */
  public record Ended(CloseCode code, String reason) {}

  private final Handler handler;
  private final CompletableFuture<ClientConnection> open;
  private final CompletableFuture<Ended> ended = new CompletableFuture<>();
  private final ArrayDeque<Sending> sendings = new ArrayDeque<>();
  private volatile @Nullable EventExecutor executor;
  private volatile @Nullable Link link;

  private record Sending(Predicate<Link> action, CompletableFuture<Boolean> taken) {}

  ClientConnection(Handler handler, CompletableFuture<ClientConnection> open) {
    this.handler = handler;
    this.open = open;
  }

  /** What the connection is to tell. */
  Handler receiving() {
    return new Receiving();
  }

  void executor(EventExecutor loop) {
    executor = loop;
  }

  // -- For the application -----------------------------------------------------------------------

  /**
   * Sends a text message.
   *
   * @return completes with true when it was taken, which waits while the peer does not read; with
   *     false when the connection has ended or is closing
   */
  public CompletableFuture<Boolean> text(String text) {
    return send(own -> own.text(text));
  }

  /** Sends a binary message; as {@link #text}. The array must not change meanwhile. */
  public CompletableFuture<Boolean> binary(byte[] payload) {
    return send(own -> own.binary(ByteBuffer.wrap(payload)));
  }

  /**
   * Sends a Ping; as {@link #text}.
   *
   * @param payload at most 125 bytes
   */
  public CompletableFuture<Boolean> ping(byte[] payload) {
    return send(own -> own.ping(ByteBuffer.wrap(payload)));
  }

  /** Stops (true) or goes on (false) reading from the peer; what was read already still comes. */
  public void pauseReading(boolean pause) {
    EventExecutor loop = executor;
    if (loop == null) {
      throw new IllegalStateException("the connection is not open yet");
    }
    loop.execute(() -> own().pauseReading(pause));
  }

  /** Ends the connection after what was sent; {@link #ended()} completes when it has ended. */
  public CompletableFuture<Ended> close(CloseCode code, String reason) {
    send(
        own -> {
          own.close(code, reason);
          return true;
        });
    return ended;
  }

  /** Completes when the connection has ended. */
  public CompletableFuture<Ended> ended() {
    return ended;
  }

  /** The subprotocol that was agreed, or null. */
  public @Nullable String subprotocol() {
    return own().subprotocol();
  }

  /** What was agreed of permessage-deflate, or null for no compression. */
  public @Nullable DeflateAgreement deflate() {
    return own().deflate();
  }

  private Link own() {
    Link opened = link;
    if (opened == null) {
      throw new IllegalStateException("the connection is not open yet");
    }
    return opened;
  }

  private CompletableFuture<Boolean> send(Predicate<Link> action) {
    Sending sending = new Sending(action, new CompletableFuture<>());
    EventExecutor loop = executor;
    if (loop == null) {
      throw new IllegalStateException("the connection is not open yet");
    }
    loop.execute(
        () -> {
          sendings.add(sending);
          if (sendings.size() == 1) {
            sendWaiting();
          }
        });
    return sending.taken();
  }

  private void sendWaiting() {
    Link own = own();
    Sending next;
    while ((next = sendings.peek()) != null) {
      boolean taken = !ended.isDone() && next.action().test(own);
      if (!taken && !ended.isDone() && own.isOpen()) {
        return; // writable() goes on
      }
      sendings.remove();
      next.taken().complete(taken);
    }
  }

  /** What the loop tells: first to this connection, then to the application. */
  private final class Receiving implements Handler {
    @Override
    public void opened(Link own) {
      link = own;
      handler.opened(own);
      open.complete(ClientConnection.this);
    }

    @Override
    public void text(Link own, Utf8 text) {
      handler.text(own, text);
    }

    @Override
    public void binary(Link own, ByteBuffer payload) {
      handler.binary(own, payload);
    }

    @Override
    public void ping(Link own, ByteBuffer payload) {
      handler.ping(own, payload);
    }

    @Override
    public void pong(Link own, ByteBuffer payload) {
      handler.pong(own, payload);
    }

    @Override
    public void writable(Link own) {
      sendWaiting();
      handler.writable(own);
    }

    @Override
    public void closed(Link own, CloseCode code, String reason) {
      ended.complete(new Ended(code, reason));
      sendWaiting();
      handler.closed(own, code, reason);
    }
  }
}
