package dev.carillon.cli;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Timeouts;
import dev.carillon.connection.Traffic;
import dev.carillon.transport.ClientConnection;
import dev.carillon.transport.ClientOptions;
import dev.carillon.transport.ConnectFailed;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.LoopOptions;
import dev.carillon.transport.WebSocketClient;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.Limits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Makes the command line's own connections, on one loop. Confined to the command's thread. */
final class Dialer implements AutoCloseable {
  private static final int LARGEST = 64 << 20;

  private final EventLoops loops;
  private final WebSocketClient client;

  Dialer(@Nullable Path authorities) {
    loops = EventLoops.start(LoopOptions.DEFAULT.withThreads(1), InstantSource.system());
    Timeouts patient =
        Timeouts.DEFAULT
            .withHeartbeat(Duration.ZERO, Duration.ZERO)
            .withMessage(Duration.ZERO)
            .withStall(Duration.ZERO);
    ConnectionSettings settings =
        ConnectionSettings.DEFAULT
            .withLimits(new Limits(LARGEST, LARGEST, 10_000_000))
            .withTimeouts(patient);
    try {
      client =
          new WebSocketClient(
              loops, ClientOptions.DEFAULT.withSettings(settings).withAuthorities(authorities));
    } catch (IllegalArgumentException wrong) {
      loops.close();
      throw new Failure(Exit.MISUSE, "--ca: " + wrong.getMessage());
    }
  }

  /**
   * Connects, and waits for it.
   *
   * @throws Failure that says what stood in the way
   */
  ClientConnection connect(URI uri, ClientTerms terms, Handler handler) {
    try {
      return client.connect(uri, terms, handler).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof ConnectFailed why) {
        String body = why.body().isBlank() ? "" : "\n  it says: " + Shown.line(why.body().strip());
        throw new Failure(Exit.NOT_CONNECTED, Shown.line(String.valueOf(why.getMessage())) + body);
      }
      throw failed;
    } catch (IllegalArgumentException wrong) {
      throw new Failure(Exit.MISUSE, String.valueOf(wrong.getMessage()));
    }
  }

  /** Bytes that have gone over the sockets in both directions. */
  long wireBytes() {
    return loops.traffic().stream()
        .mapToLong((Traffic traffic) -> traffic.bytesReceived() + traffic.bytesSent())
        .sum();
  }

  static Report.Handshake handshake(ClientConnection connection) {
    return new Report.Handshake(connection.subprotocol(), extensions(connection.deflate()));
  }

  private static List<String> extensions(@Nullable DeflateAgreement agreed) {
    if (agreed == null) {
      return List.of();
    }
    return List.of(
        "permessage-deflate"
            + (agreed.serverNoContextTakeover() ? "; server_no_context_takeover" : "")
            + (agreed.clientNoContextTakeover() ? "; client_no_context_takeover" : "")
            + "; server_max_window_bits="
            + agreed.serverWindowBits()
            + "; client_max_window_bits="
            + agreed.clientWindowBits());
  }

  @Override
  public void close() {
    loops.close();
  }
}
