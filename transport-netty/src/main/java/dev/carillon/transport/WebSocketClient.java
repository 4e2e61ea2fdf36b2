package dev.carillon.transport;

import dev.carillon.connection.Connection;
import dev.carillon.connection.Handler;
import dev.carillon.connection.HandshakeFailure;
import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.RequestHead;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Connects to WebSockets. Safe for use by many threads; keeps nothing but the TLS context.
 *
 * <p>Redirects are not followed.
 */
public final class WebSocketClient {
  private static final SecureRandom KEYS = new SecureRandom();

  private final EventLoops loops;
  private final ClientOptions options;
  private final @Nullable SslContext tls;

  /**
   * Makes a client.
   *
   * @throws IllegalArgumentException when the file of authorities cannot be used
   */
  public WebSocketClient(EventLoops loops, ClientOptions options) {
    this.loops = loops;
    this.options = options;
    this.tls = options.authorities() == null ? null : Tls.client(options.authorities());
  }

  /**
   * Connects.
   *
   * @param uri {@code ws} or {@code wss}, {@code http} or {@code https}
   * @param handler takes what comes, on the connection's loop
   * @return completes when the WebSocket is open, after {@link Handler#opened}, or with {@link
   *     ConnectFailed}
   * @throws IllegalArgumentException when the URI cannot be connected to
   */
  public CompletableFuture<ClientConnection> connect(URI uri, ClientTerms terms, Handler handler) {
    ClientHandshake handshake = ClientHandshake.request(uri, terms, KEYS);
    Dial dial = new Dial(uri, handshake, handler, secure(uri) ? tls() : null);
    dial.begin();
    return dial.answer;
  }

  private SslContext tls() {
    SslContext own = tls;
    return own == null ? DefaultTls.CONTEXT : own;
  }

  /** Made when first needed: reading the JDK's authorities takes a while. */
  private static final class DefaultTls {
    static final SslContext CONTEXT = Tls.client(null);
  }

  private static boolean secure(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    return scheme.equals("wss") || scheme.equals("https");
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : secure(uri) ? 443 : 80;
  }

  /** An IPv6 address without its brackets. */
  private static String host(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      throw new IllegalArgumentException("the address has no host: " + uri.getScheme() + ":...");
    }
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** One attempt to connect. */
  private final class Dial {
    private final URI uri;
    private final ClientHandshake handshake;
    private final ClientConnection client;
    private final @Nullable SslContext secured;
    private final CompletableFuture<ClientConnection> answer = new CompletableFuture<>();

    Dial(URI uri, ClientHandshake handshake, Handler handler, @Nullable SslContext secured) {
      this.uri = uri;
      this.handshake = handshake;
      this.client = new ClientConnection(handler, answer);
      this.secured = secured;
    }

    void begin() {
      boolean unix = options.unixSocket() != null;
      Bootstrap bootstrap =
          new Bootstrap()
              .group(loops.group())
              .channel(channelClass(unix))
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.connectTimeout().toMillis())
              .handler(initializer());
      bootstrap
          .connect(address())
          .addListener(
              connected -> {
                Throwable cause = connected.cause();
                if (cause != null) {
                  broken(cause);
                }
              });
    }

    private Class<? extends Channel> channelClass(boolean unix) {
      if (unix) {
        return loops.epoll() ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
      }
      return loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    private SocketAddress address() {
      Path path = options.unixSocket();
      if (path == null) {
        return InetSocketAddress.createUnresolved(host(uri), port(uri));
      }
      return loops.epoll()
          ? new DomainSocketAddress(path.toFile())
          : UnixDomainSocketAddress.of(path);
    }

    private ChannelInitializer<Channel> initializer() {
      return new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel link) {
          SocketSettings.apply(link, options.tcp(), loops);
          if (secured != null) {
            link.pipeline().addLast(secured.newHandler(link.alloc(), host(uri), port(uri)));
          }
          link.pipeline().addLast(new DialledSocket(Dial.this));
        }
      };
    }

    Connection opened(DialledSocket socket, ChannelHandlerContext context) {
      client.executor(context.executor());
      return loops
          .loopOf(context.channel().eventLoop())
          .connect(socket, handshake, options.settings(), client.receiving(), this::refused);
    }

    private void refused(HandshakeFailure failure) {
      answer.completeExceptionally(DialFailure.of(uri, failure));
    }

    void broken(Throwable cause) {
      answer.completeExceptionally(DialFailure.of(uri, options.connectTimeout(), cause));
    }
  }

  /** A client's end of a link. Confined to the channel's event loop. */
  private static final class DialledSocket extends ChannelSocket {
    private final Dial dial;

    DialledSocket(Dial dial) {
      this.dial = dial;
    }

    @Override
    Connection opened(ChannelHandlerContext context) {
      return dial.opened(this, context);
    }

    @Override
    void broken(Throwable cause) {
      dial.broken(cause);
    }

    @Override
    public void http(RequestHead head, ByteBuffer rest) {
      throw new IllegalStateException("a client gets no requests");
    }
  }
}
