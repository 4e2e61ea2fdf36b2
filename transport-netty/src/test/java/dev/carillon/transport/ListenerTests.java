package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Timeouts;
import dev.carillon.core.Disconnect;
import dev.carillon.websocket.HttpLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a listener does with whatever comes to a real socket. */
@Timeout(60)
class ListenerTests {
  private static final ConnectionSettings SETTINGS =
      ConnectionSettings.DEFAULT
          .withHead(new HttpLimits(20, 2000, 1000))
          .withTimeouts(Timeouts.DEFAULT.withHandshake(Duration.ofMillis(800)));

  private final EchoServer server = new EchoServer(SETTINGS);

  /** Else it would be used from some moment on. */
  @BeforeEach
  void sendDirectly() {
    DirectSend.prepare();
  }

  @AfterEach
  void stop() {
    server.close();
    DirectSend.use(false);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          400, GARBAGE
          400, GET  / HTTP/1.1~Host: a~~
          505, GET / HTTP/1.0~Host: a~~
          414, GET /LONG HTTP/1.1~Host: a~~
          431, GET / HTTP/1.1~Host: a~A: LONG~B: LONG~C: LONG~~
          431, GET / HTTP/1.1~Host: a~MANY~
          400, GET / HTTP/1.1~Host: a~ folded: b~~
          426, GET / HTTP/1.1~Host: a~~
          405, POST / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~~
          400, GET / HTTP/1.1~Upgrade: websocket~Connection: Upgrade~~
          426, GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Version: 12~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~~
          400, GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Version: 13~Sec-WebSocket-Key: short~~
          400, GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Version: 13~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~Content-Length: 4~~
          404, GET /no HTTP/1.1~Host: a~~
          """)
  void aBadRequestGetsItsStatusAndNothingBehindItIsServed(int status, String request)
      throws IOException {
    String head =
        request
            .replace("GARBAGE", "\u0016\u0003\u0001~~")
            .replace("LONG", "x".repeat(1200))
            .replace("MANY", "x: y~".repeat(30))
            .replace("~", "\r\n");
    try (RawClient client = new RawClient(server.listener.port())) {
      client.send(head + RawClient.UPGRADE);

      String answer = client.rest();
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ").containsOnlyOnce("HTTP/1.1 ");
    }
  }

  @Test
  void aRequestThatDoesNotEndIsGivenUp() throws IOException {
    try (RawClient client = new RawClient(server.listener.port());
        RawClient silent = new RawClient(server.listener.port())) {
      client.send("GET / HTTP/1.1\r\nHo");

      assertThat(client.rest()).startsWith("HTTP/1.1 408 ");
      assertThat(silent.rest()).isEmpty();
    }
  }

  @Test
  void aConversationMayBeCutAnywhere() throws IOException {
    byte[] said =
        (RawClient.UPGRADE
                + latin(RawClient.frame(0x01, "Hel".getBytes(StandardCharsets.US_ASCII)))
                + latin(RawClient.frame(0x89, new byte[] {'!'}))
                + latin(RawClient.frame(0x80, "lo".getBytes(StandardCharsets.US_ASCII)))
                + latin(RawClient.frame(0x88, new byte[] {3, (byte) 0xe8})))
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int cut = 1; cut < said.length; cut += cut < RawClient.UPGRADE.length() - 3 ? 17 : 1) {
      try (RawClient client = new RawClient(server.listener.port())) {
        client.send(Arrays.copyOf(said, cut));
        client.send(Arrays.copyOfRange(said, cut, said.length));

        assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        assertThat(HexFormat.of().formatHex(latinBytes(client.rest())))
            .as("cut at %s", cut)
            .isEqualTo("8a0121" + "810548656c6c6f" + "880203e8");
      }
    }
  }

  @Test
  void aNeighbourIsServedWhileOneFloodsAndOneDoesNotRead() throws IOException {
    try (RawClient flooding = RawClient.open(server.listener.port());
        RawClient deaf = RawClient.open(server.listener.port());
        RawClient neighbour = RawClient.open(server.listener.port())) {
      byte[] pings = new byte[6 * 5000];
      for (int i = 0; i < 5000; i++) {
        System.arraycopy(RawClient.frame(0x89, new byte[0]), 0, pings, i * 6, 6);
      }
      Thread flood =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        flooding.send(pings);
                        flooding.read(2 * 2500);
                      }
                    } catch (IOException closed) {
                      // the test is over
                    }
                  });
      Thread asking =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        deaf.send(RawClient.frame(0x82, new byte[125]));
                      }
                    } catch (IOException closed) {
                      // the test is over
                    }
                  });

      long slowest = 0;
      for (int i = 0; i < 50; i++) {
        long began = System.nanoTime();
        neighbour.send(RawClient.frame(0x81, new byte[] {'x'}));
        assertThat(neighbour.read(3)).containsExactly(0x81, 1, 'x');
        slowest = Math.max(slowest, System.nanoTime() - began);
      }
      assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(2));
      assertThat(flood.isAlive() && asking.isAlive()).isTrue();
    }
  }

  /** More than the kernel's buffers hold both ways, so that the server has to stop reading. */
  @Test
  void everythingArrivesAtALateReader() throws IOException {
    int count = 10_000;
    byte[] frame = new byte[8 + 4096];
    System.arraycopy(new byte[] {(byte) 0x82, (byte) 0xfe, 0x10, 0}, 0, frame, 0, 4);
    try (RawClient late = RawClient.open(server.listener.port())) {
      Thread asking =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < count; i++) {
                        frame[8] = (byte) i;
                        late.send(frame);
                      }
                    } catch (IOException failed) {
                      throw new AssertionError(failed);
                    }
                  });
      await().until(() -> asking.getState() == Thread.State.WAITING);

      for (int i = 0; i < count; i++) {
        byte[] echo = late.read(4 + 4096);
        assertThat(Arrays.copyOf(echo, 5)).containsExactly(0x82, 126, 0x10, 0, (byte) i);
      }
    }
  }

  @Test
  void aPeerThatSendsNothingMoreIsClosed() throws IOException {
    try (RawClient client = RawClient.open(server.listener.port())) {
      client.socket.shutdownOutput();

      assertThat(client.rest()).isEmpty();
      await().until(() -> server.listener.connectionCount() == 0);
    }
  }

  @Test
  void tooManyLinksAreTurnedAway() throws Exception {
    EventLoops loops = EchoServer.loops(1, true);
    try (EchoServer small =
            new EchoServer(
                loops, ListenerOptions.DEFAULT.withMaxConnections(1), SETTINGS, Handler.ECHO);
        RawClient first = RawClient.open(small.listener.port());
        RawClient second = new RawClient(small.listener.port())) {
      assertThat(second.rest()).startsWith("HTTP/1.1 503 ");
      first.socket.close();
      await().until(() -> small.listener.connectionCount() == 0);
      RawClient.open(small.listener.port()).close();
    }
  }

  @Test
  void drainingClosesWithTheServersCode() throws Exception {
    try (RawClient client = RawClient.open(server.listener.port())) {
      server.listener.close();
      var drained =
          server.loops.drain(Disconnect.GOING_AWAY, Duration.ZERO, Duration.ofSeconds(10));

      assertThat(HexFormat.of().formatHex(client.read(4))).startsWith("88").endsWith("03e9");
      client.read(Disconnect.GOING_AWAY.words().length());
      client.send(RawClient.frame(0x88, new byte[] {3, (byte) 0xe9}));
      assertThat(client.rest()).isEmpty();
      client.socket.close();
      drained.get(10, TimeUnit.SECONDS);
      server.loops.answering().get(10, TimeUnit.SECONDS);
    }
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] latinBytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
