package dev.carillon.transport;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a listener listens.
 *
 * @param at the address
 * @param tls null for none
 * @param tcp options of the sockets that are accepted
 * @param backlog how many links the kernel may hold that have not been accepted
 * @param maxConnections links at one time; a further one gets 503 and is closed
 * @param maxBodyBytes the largest body of a plain HTTP request; a larger one gets 413
 */
public record ListenerOptions(
    At at,
    @Nullable ServerTls tls,
    TcpOptions tcp,
    int backlog,
    int maxConnections,
    int maxBodyBytes) {
  /** An address to listen at. */
  public sealed interface At {
    /**
     * TCP.
     *
     * @param host a name or address; {@code 0.0.0.0} for all
     * @param port 0 for any that is free
     */
    record Tcp(String host, int port) implements At {
      /** Checks the range. */
      public Tcp {
        if (port < 0 || port > 65_535) {
          throw new IllegalArgumentException("port is " + port + ", must be 0 to 65535");
        }
      }
    }

    /** A Unix domain socket. A socket file that nobody listens at any more is replaced. */
    record Unix(Path path) implements At {}
  }

  /** Loopback, any free port, no TLS, backlog 1024, 100,000 connections, bodies of 1 MiB. */
  public static final ListenerOptions DEFAULT =
      new ListenerOptions(
          new At.Tcp("127.0.0.1", 0), null, TcpOptions.DEFAULT, 1024, 100_000, 1 << 20);

  /** Checks the ranges. */
  public ListenerOptions {
    if (backlog < 1 || maxConnections < 1 || maxBodyBytes < 0) {
      throw new IllegalArgumentException(
          "backlog is %d and maxConnections %d, both must be at least 1; maxBodyBytes is %d"
              .formatted(backlog, maxConnections, maxBodyBytes));
    }
  }

  /** The same at another address. */
  public ListenerOptions withAt(At other) {
    return new ListenerOptions(other, tls, tcp, backlog, maxConnections, maxBodyBytes);
  }

  /** The same with TLS, or with null without. */
  public ListenerOptions withTls(@Nullable ServerTls other) {
    return new ListenerOptions(at, other, tcp, backlog, maxConnections, maxBodyBytes);
  }

  /** The same with other options of its sockets. */
  public ListenerOptions withTcp(TcpOptions other) {
    return new ListenerOptions(at, tls, other, backlog, maxConnections, maxBodyBytes);
  }

  /** The same with another backlog. */
  public ListenerOptions withBacklog(int other) {
    return new ListenerOptions(at, tls, tcp, other, maxConnections, maxBodyBytes);
  }

  /** The same with another limit on links. */
  public ListenerOptions withMaxConnections(int other) {
    return new ListenerOptions(at, tls, tcp, backlog, other, maxBodyBytes);
  }

  /** The same with another limit on HTTP bodies. */
  public ListenerOptions withMaxBodyBytes(int other) {
    return new ListenerOptions(at, tls, tcp, backlog, maxConnections, other);
  }
}
