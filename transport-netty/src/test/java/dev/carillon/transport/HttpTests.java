package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Timeouts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain HTTP at the same listener. */
@Timeout(60)
class HttpTests {
  private final EchoServer server =
      new EchoServer(
          EchoServer.loops(1, true),
          ListenerOptions.DEFAULT.withMaxBodyBytes(100_000),
          ConnectionSettings.DEFAULT.withTimeouts(
              Timeouts.DEFAULT.withHandshake(Duration.ofMillis(800))),
          Handler.ECHO);

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/http/now", "/http/later"})
  void aRequestIsAnsweredAtOnceOrLater(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> response = client.send(post(path, "x".repeat(50_000)), text());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("POST " + path + ":xxx").hasSizeGreaterThan(50_000);
      }
    }
  }

  @Test
  void aFailureOfTheHandlerIsAnsweredWithoutItsDetail() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(post("/http/fails", ""), text());

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body()).isEqualTo("the server failed\n");
    }
  }

  @Test
  void aBodyBeyondTheLimitIsRefused() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(post("/http", "x".repeat(100_001)), text());

      assertThat(response.statusCode()).isEqualTo(413);
    }
  }

  @Test
  void aLinkMayGoOnAsAWebSocketBehindAnAnswer() throws IOException {
    try (RawClient client = new RawClient(server.listener.port())) {
      client.send("GET /http/a HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 200 ");
      assertThat(client.read("GET /http/a:".length())).isNotEmpty();
      client.send(RawClient.UPGRADE);
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      client.send(RawClient.frame(0x81, new byte[] {'x'}));
      assertThat(client.read(3)).containsExactly(0x81, 1, 'x');
    }
  }

  @Test
  void aRequestSentBeforeTheAnswerIsNotServed() throws IOException {
    try (RawClient client = new RawClient(server.listener.port())) {
      client.send("GET /http/later HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));

      assertThat(client.rest()).startsWith("HTTP/1.1 200 ").containsOnlyOnce("HTTP/1.1");
    }
  }

  @Test
  void theAnswerToAHeadHasNoBody() throws IOException {
    try (RawClient client = new RawClient(server.listener.port())) {
      client.send("HEAD /http HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(client.rest()).contains("content-length: 11\r\n").endsWith("\r\n\r\n");
    }
  }

  @Test
  void aBodyThatDoesNotComeIsGivenUp() throws IOException {
    try (RawClient client = new RawClient(server.listener.port())) {
      client.send("POST /http HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");

      assertThat(client.rest()).isEmpty();
    }
  }

  private java.net.http.HttpRequest post(String path, String body) {
    return java.net.http.HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.listener.port() + path))
        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }
}
