package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client talks to the listener over every kind of socket, and says why it cannot. */
@Timeout(60)
class ClientTests {
  private static final EventLoops EPOLL = EchoServer.loops(2, true);
  private static final EventLoops NIO = EchoServer.loops(2, false);

  @TempDir Path folder;

  @AfterAll
  static void stop() {
    EPOLL.close();
    NIO.close();
  }

  private static EventLoops loops(boolean nativeSockets) {
    return nativeSockets ? EPOLL : NIO;
  }

  /** Puts what comes into a queue. */
  private static final class Inbox implements Handler {
    final BlockingQueue<String> came = new LinkedBlockingQueue<>();

    @Override
    public void text(Link link, Utf8 text) {
      came.add(text.toString());
    }

    @Override
    public void binary(Link link, ByteBuffer payload) {
      came.add(payload.remaining() + " bytes");
    }

    @Override
    public void pong(Link link, ByteBuffer payload) {
      came.add("pong " + StandardCharsets.US_ASCII.decode(payload));
    }

    String next() throws InterruptedException {
      return String.valueOf(came.poll(20, TimeUnit.SECONDS));
    }
  }

  private static Listener echo(EventLoops loops, ListenerOptions options) {
    return new EchoServer(loops, options, ConnectionSettings.DEFAULT, Handler.ECHO).listener;
  }

  private static void converse(EventLoops loops, ClientOptions options, URI uri) throws Exception {
    Inbox inbox = new Inbox();
    ClientConnection connection =
        new WebSocketClient(loops, options).connect(uri, ClientTerms.DEFAULT, inbox).join();
    assertThat(connection.deflate()).isNotNull();
    for (int size : new int[] {0, 5, 126, 70_000, 1_000_000}) {
      assertThat(connection.text("x".repeat(size)).join()).isTrue();
      assertThat(inbox.next()).hasSize(size);
    }
    assertThat(connection.binary(new byte[100_000]).join()).isTrue();
    assertThat(inbox.next()).isEqualTo("100000 bytes");
    assertThat(connection.ping("hi".getBytes(StandardCharsets.US_ASCII)).join()).isTrue();
    assertThat(inbox.next()).isEqualTo("pong hi");
    assertThat(connection.close(CloseCode.NORMAL, "bye").get(20, TimeUnit.SECONDS).code())
        .isEqualTo(CloseCode.NORMAL);
    assertThat(connection.text("too late").join()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void overTcp(boolean nativeSockets) throws Exception {
    EventLoops loops = loops(nativeSockets);
    try (Listener listener = echo(loops, ListenerOptions.DEFAULT)) {
      URI uri = URI.create("ws://127.0.0.1:" + listener.port() + "/");
      converse(loops, ClientOptions.DEFAULT, uri);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void overUnixDomainSockets(boolean nativeSockets) throws Exception {
    EventLoops loops = loops(nativeSockets);
    Path path = folder.resolve("s");
    ListenerOptions options = ListenerOptions.DEFAULT.withAt(new ListenerOptions.At.Unix(path));
    try (Listener listener = echo(loops, options)) {
      assertThat(listener.port()).isZero();
      converse(loops, ClientOptions.DEFAULT.withUnixSocket(path), URI.create("ws://localhost/"));
    }
    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void overTls(boolean nativeSockets) throws Exception {
    EventLoops loops = loops(nativeSockets);
    Certificates files = Certificates.in(folder);
    ListenerOptions options =
        ListenerOptions.DEFAULT.withTls(new ServerTls(files.certificate(), files.key()));
    try (Listener listener = echo(loops, options)) {
      URI uri = URI.create("wss://127.0.0.1:" + listener.port() + "/");
      converse(loops, ClientOptions.DEFAULT.withAuthorities(files.certificate()), uri);

      ConnectFailed failed = failure(loops, ClientOptions.DEFAULT, uri);
      assertThat(failed.reason()).isEqualTo(ConnectFailed.Reason.TLS);
      assertThat(failed).hasMessageContaining("name the CA");
    }
  }

  @Test
  void manyMessagesThroughBackPressureKeepTheirOrder() throws Exception {
    Inbox inbox = new Inbox();
    try (Listener listener = echo(EPOLL, ListenerOptions.DEFAULT)) {
      URI uri = URI.create("ws://127.0.0.1:" + listener.port() + "/");
      ClientConnection connection =
          new WebSocketClient(EPOLL, ClientOptions.DEFAULT)
              .connect(uri, ClientTerms.DEFAULT, inbox)
              .join();
      for (int i = 0; i < 2000; i++) {
        connection.text(i + "-".repeat(10_000));
      }
      for (int i = 0; i < 2000; i++) {
        assertThat(inbox.next()).startsWith(i + "-");
      }
      connection.close(CloseCode.NORMAL, "").get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    ConnectFailed failed =
        failure(EPOLL, ClientOptions.DEFAULT, URI.create("ws://127.0.0.1:" + port + "/"));

    assertThat(failed.reason()).isEqualTo(ConnectFailed.Reason.REFUSED);
    assertThat(failed).hasMessage("nobody listens at 127.0.0.1:" + port + "; is the server up?");
  }

  @Test
  void theHostIsNotKnown() {
    ConnectFailed failed =
        failure(NIO, ClientOptions.DEFAULT, URI.create("ws://no-such-host.invalid/"));

    assertThat(failed.reason()).isEqualTo(ConnectFailed.Reason.UNKNOWN_HOST);
  }

  @Test
  void theServerAnswersWithSomethingElse() {
    try (Listener listener = echo(EPOLL, ListenerOptions.DEFAULT)) {
      URI uri = URI.create("ws://127.0.0.1:" + listener.port() + "/no");

      ConnectFailed failed = failure(EPOLL, ClientOptions.DEFAULT, uri);

      assertThat(failed.reason()).isEqualTo(ConnectFailed.Reason.HANDSHAKE);
      assertThat(failed)
          .hasMessageContaining("answered 404 Not Found")
          .hasMessageEndingWith("path");
      assertThat(failed.body()).contains("there is nothing at");
    }
  }

  @Test
  void theServerDoesNotAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ConnectionSettings settings = ClientOptions.DEFAULT.settings();
      ClientOptions hasty =
          ClientOptions.DEFAULT.withSettings(
              settings.withTimeouts(settings.timeouts().withHandshake(Duration.ofMillis(500))));
      URI uri = URI.create("ws://127.0.0.1:" + silent.getLocalPort() + "/");

      assertThat(failure(EPOLL, hasty, uri)).hasMessageContaining("did not answer the handshake");
    }
  }

  @Test
  void unusableFilesAndAddressesAreNamed() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.pem"), "nothing");
    ListenerOptions options = ListenerOptions.DEFAULT.withTls(new ServerTls(broken, broken));

    assertThatThrownBy(() -> echo(EPOLL, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken.pem")
        .hasMessageContaining("PEM");
    try (Listener first = echo(EPOLL, ListenerOptions.DEFAULT)) {
      var same =
          ListenerOptions.DEFAULT.withAt(new ListenerOptions.At.Tcp("127.0.0.1", first.port()));
      assertThatThrownBy(() -> echo(EPOLL, same))
          .isInstanceOf(java.io.UncheckedIOException.class)
          .hasMessageContaining("cannot listen at 127.0.0.1:" + first.port());
    }
  }

  private static ConnectFailed failure(EventLoops loops, ClientOptions options, URI uri) {
    var connecting =
        new WebSocketClient(loops, options).connect(uri, ClientTerms.DEFAULT, new Inbox());
    CompletionException failed = catchThrowableOfType(CompletionException.class, connecting::join);
    assertThat(failed.getCause()).isInstanceOf(ConnectFailed.class);
    return (ConnectFailed) failed.getCause();
  }
}
