package dev.carillon.transport;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes TLS contexts of the JDK's engine from files. */
final class Tls {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private Tls() {}

  /**
   * A server's.
   *
   * @throws IllegalArgumentException when a file cannot be used: which, and why
   */
  static SslContext server(ServerTls files) {
    readable("certificate", files.certificates());
    readable("key", files.key());
    try {
      return SslContextBuilder.forServer(files.certificates().toFile(), files.key().toFile())
          .sslProvider(SslProvider.JDK)
          .protocols(VERSIONS)
          .build();
    } catch (SSLException | IllegalArgumentException unusable) {
      throw new IllegalArgumentException(
          "certificate %s and key %s cannot be used: %s; both must be PEM, the key PKCS #8 without a password"
              .formatted(files.certificates(), files.key(), reason(unusable)),
          unusable);
    }
  }

  /**
   * A client's.
   *
   * @param authorities PEM of those who are believed; null for the JDK's
   * @throws IllegalArgumentException when the file cannot be used: why
   */
  static SslContext client(@Nullable Path authorities) {
    SslContextBuilder builder =
        SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(VERSIONS);
    if (authorities != null) {
      readable("CA", authorities);
      try {
        builder.trustManager(authorities.toFile());
      } catch (IllegalArgumentException unusable) {
        throw new IllegalArgumentException(
            "CA file %s cannot be used: %s; it must be PEM"
                .formatted(authorities, reason(unusable)),
            unusable);
      }
    }
    try {
      return builder.build();
    } catch (SSLException unusable) {
      throw new IllegalArgumentException("TLS cannot be used: " + reason(unusable), unusable);
    }
  }

  private static void readable(String what, Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(what + " file " + file + " cannot be read");
    }
  }

  private static String reason(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }
}
