package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms without a WebSocket and without a library: event streams, GET and POST. */
@Timeout(60)
class RoomsOverHttpTests {
  private static final Configuration SMALL =
      Configuration.DEFAULT
          .withListen(Listen.DEFAULT.withPort(0))
          .withAuth(Auth.DEFAULT.withMode(AuthMode.TRUSTING))
          .withOrigins(List.of("https://app.example"));

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Server server = Carillon.server(SMALL).listen();

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  // -- Event streams -----------------------------------------------------------------------------

  @Test
  void aStreamBeginsWithItsPositionAndEachMessageCarriesItsOwn() throws Exception {
    Position first = server.publish("news", "one").join();
    try (Stream stream = stream("/rooms/news?last=1")) {
      assertThat(stream.response().statusCode()).isEqualTo(200);
      assertThat(stream.response().headers().firstValue("Content-Type"))
          .hasValue("text/event-stream");
      assertThat(stream.response().headers().firstValue("Cache-Control")).hasValue("no-store");
      assertThat(stream.next())
          .isEqualTo(
              new Stream.Event(
                  "joined",
                  first.epoch() + ":0",
                  "{\"epoch\":\"" + first.epoch() + "\",\"head\":1}"));
      assertThat(stream.next()).isEqualTo(new Stream.Event("message", first.toString(), "one"));
      Position second = server.publish("news", "two").join();
      assertThat(stream.next()).isEqualTo(new Stream.Event("message", second.toString(), "two"));
    }
  }

  @Test
  void whoComesBackWithTheLastEventIdMissesNothing() throws Exception {
    Position seen = server.publish("news", "one").join();
    server.publish("news", "two").join();
    for (String[] way :
        List.of(
            new String[] {"/rooms/news", "Last-Event-ID", seen.toString()},
            new String[] {"/rooms/news?last=5", "Last-Event-ID", seen.toString()},
            new String[] {"/rooms/news?last-event-id=" + seen},
            new String[] {"/rooms/news?from=" + seen})) {
      String[] headers = way.length == 1 ? new String[0] : new String[] {way[1], way[2]};
      try (Stream stream = Stream.open(http, server.port(), way[0], headers)) {
        assertThat(stream.next().id()).isEqualTo(seen.toString());
        assertThat(stream.next().data()).isEqualTo("two");
      }
    }
  }

  @Test
  void whereMoreComeThanAreTakenUpTheAnswerSaysWhenToComeBack() throws Exception {
    Limits slow = Limits.DEFAULT.withMaxSessionRate(1);
    try (Server small = Carillon.server(SMALL.withLimits(slow)).listen()) {
      int admitted = 0;
      HttpResponse<InputStream> answer;
      while ((answer = request(small.port())).statusCode() == 200) {
        answer.body().close();
        assertThat(++admitted).isLessThan(50);
      }

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 10L);
      assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
          .contains("more clients are coming in");
    }
  }

  private HttpResponse<InputStream> request(int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/rooms/news"))
            .header("Accept", "text/event-stream")
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  void whatIsSentToEverybodyIsNotPutAmongTheMessagesOfTheRoom() throws Exception {
    try (Stream stream = stream("/rooms/news")) {
      stream.next();
      server.clients().everybody().publish("to all").join();
      Position own = server.publish("news", "to the room").join();
      assertThat(stream.next())
          .isEqualTo(new Stream.Event("message", own.toString(), "to the room"));
    }
  }

  @Test
  void aPositionOfAnotherLogIsTold() throws Exception {
    Position head = server.publish("news", "one").join();
    String stale = "0123456789abcdef0123456789abcdef:7";
    try (Stream stream = Stream.open(http, server.port(), "/rooms/news", "Last-Event-ID", stale)) {
      Stream.Event told = stream.next();
      assertThat(told.name()).isEqualTo("reset");
      assertThat(told.id()).isEqualTo(head.toString());
      assertThat(told.data()).contains("\"reason\":\"epoch_changed\"");
      server.publish("news", "two").join();
      assertThat(stream.next().data()).isEqualTo("two");
    }
  }

  @Test
  void dataOfEveryKindComesThrough() throws Exception {
    try (Stream stream = stream("/rooms/kinds")) {
      stream.next();
      server.publish("kinds", "two\nlines\r\nand a third\rfourth\n").join();
      assertThat(stream.next().data()).isEqualTo("two\nlines\nand a third\nfourth\n");
      server.publish("kinds", "").join();
      assertThat(stream.next().data()).isEmpty();
      server.publish("kinds", Draft.of(Payload.json("{\"a\": [1,\n2]}"))).join();
      assertThat(stream.next().data()).isEqualTo("{\"a\": [1,\n2]}");
      server
          .publish("kinds", Draft.of(new Payload(Payload.Kind.BINARY, new byte[] {0, -1, 10})))
          .join();
      assertThat(stream.next()).extracting("name", "data").containsExactly("binary", "AP8K");
    }
  }

  @Test
  void whatIsAskedForWrongIsRefusedWithAStatus() throws Exception {
    for (String path :
        List.of(
            "/rooms/a//b",
            "/rooms/a?last=x",
            "/rooms/a?from=nowhere",
            "/rooms/a?last=1&from=" + "0".repeat(32) + ":1",
            "/rooms/a?last-event-id=7")) {
      try (Stream stream = stream(path)) {
        assertThat(stream.response().statusCode()).as(path).isEqualTo(400);
        assertThat(stream.response().headers().firstValue("Content-Type"))
            .hasValue("application/problem+json");
      }
    }
    try (Stream stream =
        Stream.open(http, server.port(), "/rooms/a", "Origin", "https://evil.example")) {
      assertThat(stream.response().statusCode()).isEqualTo(403);
    }
  }

  @Test
  void aShutdownIsToldWithTheTimeToComeBack() throws Exception {
    try (Stream stream = stream("/rooms/a")) {
      stream.next();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      assertThat(stream.next().name()).isEqualTo("goodbye");
      assertThat(stream.next()).extracting("name").isEqualTo("close");
      assertThat(stream.next().name()).isEqualTo("end");
      closing.join();
    }
  }

  @Test
  void aReaderThatReadsNothingCostsOthersNothingAndComesBackToItsPlace() throws Exception {
    String large = "x".repeat(60_000);
    try (Socket slow = new Socket("127.0.0.1", server.port());
        Stream quick = stream("/rooms/big")) {
      slow.setReceiveBufferSize(4096);
      slow.getOutputStream()
          .write(
              "GET /rooms/big HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = slow.getInputStream();
      String seen = idIn(in);
      quick.next();
      for (int i = 0; i < 200; i++) {
        server.publish("big", i + large).join();
        assertThat(quick.next().data()).startsWith(i + "x");
      }
      try (Stream back = Stream.open(http, server.port(), "/rooms/big", "Last-Event-ID", seen)) {
        // 12 MB are more than a room keeps at hand, so some of it may be gone, which is told.
        Stream.Event first = back.next();
        if (!first.name().equals("gap")) {
          assertThat(first.id()).isEqualTo(seen);
          assertThat(back.next().data()).startsWith("0x");
        }
      }
    }
  }

  private static String idIn(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\nid: ") < 0 || !text.toString().endsWith("\n\n")) {
      text.append((char) in.read());
    }
    int at = text.indexOf("\nid: ") + 5;
    return text.substring(at, text.indexOf("\n", at));
  }

  // -- Reading -----------------------------------------------------------------------------------

  @Test
  void aPlainGetAnswersAtOnceWithHistoryAndPosition() throws Exception {
    server.publish("log", "one").join();
    Position second = server.publish("log", "two").join();
    Position third = server.publish("log", "three").join();

    HttpResponse<String> last = get("/rooms/log?last=2");
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(last.body()).contains("\"op\":\"history\"").contains("\"data\":\"two\"");
    assertThat(last.body()).contains("\"data\":\"three\"").doesNotContain("\"data\":\"one\"");
    assertThat(last.headers().firstValue("Carillon-Position")).hasValue(third.toString());

    HttpResponse<String> from = get("/rooms/log?from=" + second.epoch() + ":0&limit=1");
    assertThat(from.body()).contains("\"data\":\"one\"").contains("\"more\":true");
    assertThat(from.headers().firstValue("Carillon-Position")).hasValue(second.epoch() + ":1");
    assertThat(get("/rooms/log?from=" + third).body()).contains("\"messages\":[]");
  }

  @Test
  void aLongPollIsAnsweredByTheNextMessageOrWhenItsTimeIsOver() throws Exception {
    Position seen = server.publish("log", "one").join();
    CompletableFuture<HttpResponse<String>> waiting =
        http.sendAsync(
            request("/rooms/log?wait=25s&from=" + seen).build(), BodyHandlers.ofString());
    await().until(() -> sessions() >= 1);
    Position next = server.publish("log", "two").join();
    assertThat(waiting.join().body()).contains("\"data\":\"two\"");
    assertThat(waiting.join().headers().firstValue("Carillon-Position")).hasValue(next.toString());

    HttpResponse<String> late = get("/rooms/log?wait=100ms&from=" + next);
    assertThat(late.statusCode()).isEqualTo(200);
    assertThat(late.body()).contains("\"messages\":[]");
    assertThat(late.headers().firstValue("Carillon-Position")).hasValue(next.toString());
    await().until(() -> sessions() == 0);
  }

  private long sessions() throws Exception {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("carillon_sessions"))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .mapToLong(number -> (long) Double.parseDouble(number))
        .sum();
  }

  @Test
  void aPositionOfAnotherLogIsGone() throws Exception {
    Position head = server.publish("log", "one").join();
    for (String stale : List.of("0".repeat(32) + ":1", head.epoch() + ":9")) {
      for (String wait : List.of("", "&wait=5s")) {
        HttpResponse<String> answer = get("/rooms/log?from=" + stale + wait);
        assertThat(answer.statusCode()).isEqualTo(410);
        assertThat(answer.body()).contains("\"code\":\"reset\"");
        assertThat(answer.headers().firstValue("Carillon-Position")).hasValue(head.toString());
      }
    }
  }

  @Test
  void whatCannotBeReadIsSaid() throws Exception {
    for (String path :
        List.of(
            "/rooms/",
            "/rooms/$x",
            "/rooms/a?limit=0",
            "/rooms/a?limit=x",
            "/rooms/a?last=99999",
            "/rooms/a?from=x",
            "/rooms/a?wait=5s",
            "/rooms/a?wait=soon&from=" + "0".repeat(32) + ":1")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(400);
      assertThat(answer.body()).as(path).contains("\"status\":400").doesNotContain("Exception");
    }
  }

  // -- Publishing --------------------------------------------------------------------------------

  @Test
  void aPostIsPublishedAndToldItsPosition() throws Exception {
    try (Stream stream = stream("/rooms/chat")) {
      stream.next();
      HttpResponse<String> text = post("/rooms/chat", "text/plain", "hello \u00e4");
      assertThat(text.statusCode()).isEqualTo(200);
      assertThat(text.body()).contains("\"op\":\"published\"").contains("\"offset\":1");
      Stream.Event first = stream.next();
      assertThat(first.data()).isEqualTo("hello \u00e4");
      assertThat(text.headers().firstValue("Carillon-Position")).hasValue(first.id());

      post("/rooms/chat", "application/json; charset=utf-8", " {\"a\":1} ");
      assertThat(stream.next().data()).isEqualTo("{\"a\":1}");
      post("/rooms/chat", "application/octet-stream", "bytes");
      assertThat(stream.next().name()).isEqualTo("binary");
    }
  }

  @Test
  void aCountedPostIsNoSecondMessageWhenItIsRepeated() throws Exception {
    String path = "/rooms/chat?publisher=me&sequence=1";
    String first = post(path, "text/plain", "once").body();
    String again = post(path, "text/plain", "once").body();
    assertThat(first).contains("\"offset\":1").doesNotContain("duplicate");
    assertThat(again).contains("\"offset\":1").contains("\"duplicate\":true");
    assertThat(post("/rooms/chat?publisher=me&sequence=5", "text/plain", "x").statusCode())
        .isEqualTo(409);
  }

  @Test
  void whatCannotBePublishedIsSaid() throws Exception {
    for (String json :
        List.of("", "{", "1 2", "1,\"event\":\"x\"", "1}{\"a\":1", "\"a", "[".repeat(65))) {
      HttpResponse<String> answer = post("/rooms/chat", "application/json", json);
      assertThat(answer.statusCode()).as(json).isEqualTo(400);
    }
    assertThat(post("/rooms/a//b", "text/plain", "x").statusCode()).isEqualTo(400);
    assertThat(post("/rooms/chat?sequence=1", "text/plain", "x").statusCode()).isEqualTo(400);
    HttpRequest latin =
        request("/rooms/chat")
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xe4}))
            .build();
    assertThat(http.send(latin, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    assertThat(post("/rooms/chat", "text/plain", "x".repeat((1 << 20) + 1)).statusCode())
        .isEqualTo(413);
    assertThat(get("/rooms/chat").body()).contains("\"messages\":[]");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedUnread() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /rooms/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] head = socket.getInputStream().readNBytes(12);
      assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  // -- Pages of other origins --------------------------------------------------------------------

  @Test
  void aBrowserMayAskBeforeItSends() throws Exception {
    HttpRequest asking =
        request("/rooms/chat")
            .header("Origin", "https://app.example")
            .header("Access-Control-Request-Method", "POST")
            .method("OPTIONS", BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = http.send(asking, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
        .hasValue("https://app.example");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).hasValue("true");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Methods").orElse(""))
        .contains("POST");
    assertThat(answer.headers().firstValue("Vary")).hasValue("Origin");
    for (String path : List.of("/rooms/chat", "/ws")) {
      HttpRequest evil =
          request(path)
              .header("Origin", "https://evil.example")
              .method("OPTIONS", BodyPublishers.noBody())
              .build();
      HttpResponse<String> refused = http.send(evil, BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void everyOriginMeansWithoutCredentials() throws Exception {
    try (Server open = Carillon.server(SMALL.withOrigins(List.of("*"))).listen()) {
      HttpRequest asked =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + open.port() + "/rooms/chat"))
              .header("Origin", "https://any.example")
              .build();
      HttpResponse<String> answer = http.send(asked, BodyHandlers.ofString());
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    }
  }

  @Test
  void aMethodThatIsNotKnownIsSaid() throws Exception {
    HttpRequest asked = request("/rooms/chat").DELETE().build();
    HttpResponse<String> answer = http.send(asked, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD, POST, OPTIONS");
  }

  private Stream stream(String path) throws Exception {
    return Stream.open(http, server.port(), path);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String type, String body) throws Exception {
    return http.send(
        request(path).header("Content-Type", type).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }
}
