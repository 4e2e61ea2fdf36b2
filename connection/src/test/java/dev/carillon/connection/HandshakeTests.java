package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a link's first byte to an open WebSocket, or to an answer that says why not. */
class HandshakeTests {
  private final MemorySocket socket = new MemorySocket();

  @Test
  void anUpgradeIsAnsweredAndTheFramesBehindItAreServed() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);

    server.receive(
        connection,
        TestServer.REQUEST
            + "\r\n"
            + new String(TestServer.text("early"), StandardCharsets.ISO_8859_1));

    assertThat(sent())
        .startsWith("HTTP/1.1 101 ")
        .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
        .endsWith("\r\n\r\n\u0081\u0005early");
    assertThat(socket.offers).isEqualTo(1);
  }

  @Test
  void aHeadMayComeByteByByte() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);

    for (char c : (TestServer.REQUEST + "\r\n").toCharArray()) {
      server.receive(connection, String.valueOf(c));
    }

    assertThat(sent()).startsWith("HTTP/1.1 101 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"})
  void whatIsNotHttpIsRefusedAndNothingBehindItIsServed(String head) {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);

    server.receive(connection, head + TestServer.REQUEST + "\r\n");

    assertThat(sent()).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
    assertThat(socket.outputShut).isTrue();
    server.receive(connection, TestServer.REQUEST + "\r\n");
    assertThat(sent()).isEmpty();
    connection.eof();
    assertThat(socket.closed).isTrue();
  }

  @Test
  void aBreachOfTheHandshakeGetsItsStatusAndAProblemBody() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);

    server.receive(connection, TestServer.REQUEST.replace("Version: 13", "Version: 8") + "\r\n");

    assertThat(sent())
        .startsWith("HTTP/1.1 426 ")
        .contains("Sec-WebSocket-Version: 13\r\n")
        .contains("Content-Type: application/problem+json\r\n")
        .contains("\"status\":426")
        .contains("Connection: close");
    assertThat(server.loop.traffic().refusals()).containsEntry(426, 1L);
  }

  @Test
  void theDoorMayRefuse() {
    TestServer server =
        new TestServer(
            (request, peer) ->
                new Door.Decision.Refuse(429, "slow \"down\"", HttpFields.of("Retry-After", "3")));
    Connection connection = server.accept(socket);

    server.receive(connection, TestServer.REQUEST + "\r\n");

    assertThat(sent())
        .startsWith("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\n")
        .contains("\"detail\":\"slow \\\"down\\\"\"");
  }

  @Test
  void plainHttpIsLeftToTheTransportWithWhatWasRead() {
    TestServer server = new TestServer((request, peer) -> new Door.Decision.Http());
    Connection connection = server.accept(socket);

    server.receive(connection, "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");

    assertThat(socket.http).isNotNull();
    assertThat(new String(socket.httpRest, StandardCharsets.US_ASCII)).isEqualTo("body");
    assertThat(server.loop.connectionCount()).isZero();
    assertThat(sent()).isEmpty();
  }

  @Test
  void aHeadThatDoesNotEndIsAnsweredInTime() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);
    server.receive(connection, "GET / HT");

    server.pass(Duration.ofMillis(9900));
    assertThat(sent()).isEmpty();
    server.pass(Duration.ofSeconds(1));

    assertThat(sent()).startsWith("HTTP/1.1 408 ");
    assertThat(socket.outputShut).isTrue();
    server.pass(Duration.ofSeconds(6));
    assertThat(socket.aborted).isTrue();
  }

  @Test
  void aLinkThatSaysNothingIsClosedInTime() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    Connection connection = server.accept(socket);

    server.pass(Duration.ofSeconds(11));

    assertThat(socket.closed).isTrue();
    connection.closed();
    assertThat(server.loop.connectionCount()).isZero();
  }

  private String sent() {
    return new String(socket.takeAll(), StandardCharsets.ISO_8859_1);
  }
}
