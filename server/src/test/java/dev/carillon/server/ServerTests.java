package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server over real sockets, talked to by the JDK's own clients. */
@Timeout(60)
class ServerTests {
  private final HttpClient http = HttpClient.newHttpClient();
  private Server server = Carillon.server().listen(0);

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Test
  void aMessageReachesEverybodyInTheRoom() throws Exception {
    Sockets alice = plain("chat/a");
    Sockets bob = plain("chat/a?last=1"); // so that it does not matter who is first
    alice.send("hello");

    assertThat(bob.next()).isEqualTo("hello");
    assertThat(alice.next()).isEqualTo("hello");
  }

  @Test
  void theApplicationPublishesFromAnyThread() throws Exception {
    Sockets bob = plain("news");
    bob.send("here I am");
    assertThat(bob.next()).isEqualTo("here I am");
    server.publish("news", "from the server").join();

    assertThat(bob.next()).isEqualTo("from the server");
  }

  @Test
  void whatRoomsKeepIsThereForWhoComesLater() throws Exception {
    server.publish("news", "one").join();
    server.publish("news", "two").join();

    assertThat(Sockets.connect(http, server.port(), "/rooms/news?last=1").next()).isEqualTo("two");
  }

  @Test
  void healthIsTold() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").body()).contains("ready");
  }

  @Test
  void aPlainRequestToAWebSocketIsToldToUpgrade() throws Exception {
    for (String path : List.of("/ws", "/ws?x=y")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(426);
      assertThat(answer.headers().firstValue("Upgrade")).hasValue("websocket");
      assertThat(answer.headers().firstValue("Sec-WebSocket-Version")).hasValue("13");
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }
  }

  @Test
  void whereThereIsNothingIsSaid() throws Exception {
    for (String path :
        List.of("/nope", "/page/../pom.xml", "/page/%2e%2e/x.js", "/page/", "/wsx")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
    assertThat(get("/%zz", 400)).contains("percent");
  }

  @Test
  void thePageAndItsFilesAreServed() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("<title>Carillon</title>");
    assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
    assertThat(get("/page/chat.js").headers().firstValue("Content-Type"))
        .hasValue("text/javascript; charset=utf-8");
  }

  @Test
  void whatCanOnlyBeReadIsNotPosted() throws Exception {
    HttpResponse<String> answer =
        http.send(
            request("/metrics").POST(HttpRequest.BodyPublishers.ofString("x")).build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @Test
  void anOriginThatIsNotListedIsRefused() {
    assertThat(upgradeStatus("/ws", "http://evil.test")).isEqualTo(403);
    assertThat(upgradeStatus("/rooms/a", "null")).isEqualTo(403);
    assertThat(upgradeStatus("/nope", "http://localhost:1")).isEqualTo(404);
    assertThat(upgradeStatus("/rooms/a", "http://localhost:5173")).isEqualTo(101);
  }

  @Test
  void metricsCountWhatHappened() throws Exception {
    Sockets alice = plain("chat/a");
    alice.send("hello");
    assertThat(alice.next()).isEqualTo("hello");
    alice.own().sendClose(1000, "").join();

    await()
        .untilAsserted(
            () ->
                assertThat(get("/metrics").body())
                    .contains("carillon_handshakes_total{status=\"101\"} 1.0")
                    .contains("carillon_received_messages_total 1.0")
                    .contains("carillon_publishes_total{outcome=\"stored\"} 1.0")
                    .contains("carillon_closes_total{code=\"1000\"} 1.0"));
  }

  @Test
  void closingTellsEachClientAndFreesThePort() throws Exception {
    Sockets alice = plain("chat/a");
    int port = server.port();
    server.close();

    assertThat(alice.next()).isEqualTo("closed 1001");
    server = Carillon.server().listen(port);
    assertThat(server.port()).isEqualTo(port);
  }

  @Test
  void aTakenPortIsToldWithWhatToDo() {
    int port = server.port();
    assertThatThrownBy(() -> Carillon.server().listen(port))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("" + port)
        .hasMessageContaining("--port");
  }

  @Test
  void anOpenDoorBeyondLoopbackIsRefusedUnlessItIsMeant() {
    var open = Configuration.DEFAULT.withListen(Listen.DEFAULT.withHost("0.0.0.0").withPort(0));
    assertThatThrownBy(() -> Carillon.server(open).listen())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--insecure");

    Carillon.server(open.withAuth(Auth.DEFAULT.withInsecure(true))).listen().close();
  }

  @Test
  void anUnknownBrokerIsToldWithThoseInstalled() {
    var wrong = Configuration.DEFAULT.withBroker(BrokerSettings.DEFAULT.withName("redis"));
    assertThatThrownBy(() -> Carillon.server(wrong).listen(0))
        .isInstanceOf(StartException.class)
        .hasMessage("broker.name is 'redis', but installed are: [memory]");
  }

  private Sockets plain(String room) {
    return Sockets.connect(http, server.port(), "/rooms/" + room);
  }

  private int upgradeStatus(String path, String origin) {
    try {
      http.newWebSocketBuilder()
          .header("Origin", origin)
          .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + path), new Sockets())
          .join()
          .abort();
      return 101;
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof WebSocketHandshakeException handshake) {
        return handshake.getResponse().statusCode();
      }
      throw refused;
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends a target that {@link URI} does not take. */
  private String get(String target, int status) throws Exception {
    try (var socket = new java.net.Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").getBytes());
      String answer = new String(socket.getInputStream().readAllBytes());
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      return answer;
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }
}
