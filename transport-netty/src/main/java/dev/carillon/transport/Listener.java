package dev.carillon.transport;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Door;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An address that is listened at: WebSockets and plain HTTP. Safe for use by many threads.
 *
 * <p>Closing it stops accepting and leaves its connections alone; {@link EventLoops#drain} ends
 * those.
 */
public final class Listener implements AutoCloseable {
  private final ListenerOptions options;
  private final ConnectionSettings settings;
  private final Door door;
  private final HttpHandler http;
  private final AtomicInteger connections = new AtomicInteger();
  private final Channel channel;

  private Listener(
      EventLoops loops,
      ListenerOptions options,
      ConnectionSettings settings,
      Door door,
      HttpHandler http) {
    this.options = options;
    this.settings = settings;
    this.door = door;
    this.http = http;
    ServerTls files = options.tls();
    SslContext tls = files == null ? null : Tls.server(files);
    this.channel = bind(loops, tls);
  }

  /**
   * Begins to listen.
   *
   * @param door decides what requests get
   * @param http answers those that the door leaves to it
   * @throws IllegalArgumentException when certificate or key cannot be used
   * @throws UncheckedIOException when the address cannot be listened at: which, and why
   */
  public static Listener open(
      EventLoops loops,
      ListenerOptions options,
      ConnectionSettings settings,
      Door door,
      HttpHandler http) {
    return new Listener(loops, options, settings, door, http);
  }

  /** The TCP port that is listened at, also where 0 was asked for; 0 with a Unix domain socket. */
  public int port() {
    return channel.localAddress() instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  /** What the listener was opened with. */
  public ListenerOptions options() {
    return options;
  }

  /** How many links there are at this moment. */
  public int connectionCount() {
    return connections.get();
  }

  /** Stops accepting. Connections stay. */
  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    if (options.at() instanceof ListenerOptions.At.Unix(Path path)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException left) {
        throw new UncheckedIOException("socket file " + path + " could not be deleted", left);
      }
    }
  }

  ConnectionSettings settings() {
    return settings;
  }

  Door door() {
    return door;
  }

  HttpHandler http() {
    return http;
  }

  /** Counts a link in, until it ends, unless there are too many. */
  boolean admit(Channel link) {
    boolean room = connections.incrementAndGet() <= options.maxConnections();
    link.closeFuture().addListener(closed -> connections.decrementAndGet());
    return room;
  }

  private Channel bind(EventLoops loops, @Nullable SslContext tls) {
    boolean unix = options.at() instanceof ListenerOptions.At.Unix;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(channelClass(loops.epoll(), unix))
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .childHandler(initializer(loops, tls));
    if (!unix) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, true);
    }
    if (!unix && options.tcp().receiveBytes() > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, options.tcp().receiveBytes());
    }
    ChannelFuture bound = bootstrap.bind(address(loops.epoll())).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw new UncheckedIOException(
          "cannot listen at " + name() + ": " + cause.getMessage(),
          cause instanceof IOException io ? io : new IOException(cause));
    }
    return bound.channel();
  }

  private ChannelInitializer<Channel> initializer(EventLoops loops, @Nullable SslContext tls) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel link) {
        SocketSettings.apply(link, options.tcp(), loops);
        if (tls != null) {
          link.pipeline().addLast(tls.newHandler(link.alloc()));
        }
        link.pipeline().addLast(new AcceptedSocket(Listener.this, loops.loopOf(link.eventLoop())));
      }
    };
  }

  private static Class<? extends ServerChannel> channelClass(boolean epoll, boolean unix) {
    if (unix) {
      return epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    }
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  private SocketAddress address(boolean epoll) {
    return switch (options.at()) {
      case ListenerOptions.At.Tcp(var host, var port) -> new InetSocketAddress(host, port);
      case ListenerOptions.At.Unix(var path) -> {
        removeStale(path);
        yield epoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
      }
    };
  }

  private String name() {
    return switch (options.at()) {
      case ListenerOptions.At.Tcp(var host, var port) -> host + ":" + port;
      case ListenerOptions.At.Unix(var path) -> path.toString();
    };
  }

  /** Deletes a socket file that a process which died has left; nothing else. */
  private static void removeStale(Path path) {
    if (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      probe.isConnected(); // somebody listens: binding will say so
    } catch (IOException nobody) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException kept) {
        throw new UncheckedIOException("socket file " + path + " cannot be replaced", kept);
      }
    }
  }
}
