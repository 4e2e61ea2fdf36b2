package dev.carillon.transport;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Timeouts;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects.
 *
 * @param settings limits and time limits of the connection
 * @param tcp options of its socket
 * @param connectTimeout until the link is there, at least 1 ms
 * @param authorities PEM of the certificate authorities that are believed; null for the JDK's
 * @param unixSocket the Unix domain socket to connect to instead of the address's host, or null
 */
public record ClientOptions(
    ConnectionSettings settings,
    TcpOptions tcp,
    Duration connectTimeout,
    @Nullable Path authorities,
    @Nullable Path unixSocket) {
  /** 10 s to connect, the JDK's authorities, no pings of its own. */
  public static final ClientOptions DEFAULT =
      new ClientOptions(
          ConnectionSettings.DEFAULT.withTimeouts(
              Timeouts.DEFAULT.withHeartbeat(Duration.ZERO, Duration.ZERO)),
          TcpOptions.DEFAULT,
          Duration.ofSeconds(10),
          null,
          null);

  /** Checks the range. */
  public ClientOptions {
    if (connectTimeout.toMillis() < 1 || connectTimeout.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "connectTimeout is " + connectTimeout + ", must be at least 1 ms");
    }
  }

  /** The same with other limits. */
  public ClientOptions withSettings(ConnectionSettings other) {
    return new ClientOptions(other, tcp, connectTimeout, authorities, unixSocket);
  }

  /** The same with other socket options. */
  public ClientOptions withTcp(TcpOptions other) {
    return new ClientOptions(settings, other, connectTimeout, authorities, unixSocket);
  }

  /** The same with another limit for connecting. */
  public ClientOptions withConnectTimeout(Duration other) {
    return new ClientOptions(settings, tcp, other, authorities, unixSocket);
  }

  /** The same believing other authorities. */
  public ClientOptions withAuthorities(@Nullable Path other) {
    return new ClientOptions(settings, tcp, connectTimeout, other, unixSocket);
  }

  /** The same through a Unix domain socket. */
  public ClientOptions withUnixSocket(@Nullable Path other) {
    return new ClientOptions(settings, tcp, connectTimeout, authorities, other);
  }
}
