package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol over HTTP: an event stream and POST, or requests alone. */
@Timeout(60)
class LinksTests {
  private static final String CONNECT = "{\"op\":\"connect\",\"id\":1}\n";
  private static final String JOIN = "{\"op\":\"join\",\"id\":2,\"room\":\"chat\",\"last\":10}\n";
  private static final String PUBLISH =
      "{\"op\":\"publish\",\"id\":3,\"room\":\"chat\",\"type\":\"text\",\"data\":\"hello\"}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Server server = Carillon.server().listen(0);

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Test
  void aSessionTalksOverAStreamAndPosts() throws Exception {
    try (Stream stream = Stream.open(http, server.port(), "/ws")) {
      Stream.Event told = stream.next();
      assertThat(told.name()).isEqualTo("link");
      String link = told.data();
      assertThat(say(link, 1, CONNECT).statusCode()).isEqualTo(204);
      assertThat(stream.next().data()).contains("\"op\":\"welcome\"").contains("\"resume\"");
      assertThat(say(link, 2, JOIN + PUBLISH).statusCode()).isEqualTo(204);
      assertThat(stream.next().data()).contains("\"op\":\"joined\"");
      assertThat(stream.next().data()).contains("\"op\":\"resumed\"");
      List<String> rest = List.of(stream.next().data(), stream.next().data());
      assertThat(rest).anyMatch(data -> data.contains("\"op\":\"published\""));
      assertThat(rest).anyMatch(data -> data.contains("\"op\":\"message\""));
    }
  }

  @Test
  void aSessionTalksOverRequestsAlone() throws Exception {
    HttpResponse<String> opened = open();
    assertThat(opened.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    String link = link(opened.body());
    say(link, 1, CONNECT + JOIN);
    Poll poll = new Poll(link);
    poll.until("\"op\":\"resumed\"");
    say(link, 2, PUBLISH);
    poll.until("\"op\":\"message\"");
    poll.until("\"op\":\"published\"");
    server.publish("chat", "from the server").join();
    poll.until("from the server");
    assertThat(poll.seen).containsOnlyOnce("\"op\":\"message\",\"room\":\"chat\",\"offset\":1");
  }

  /** What several requests fetched, in order. */
  private final class Poll {
    private final String link;
    private String seen = "";
    private int number = 1;

    Poll(String link) {
      this.link = link;
    }

    void until(String part) throws Exception {
      while (!seen.contains(part)) {
        HttpResponse<String> more = fetch(link, ++number, 20);
        assertThat(more.statusCode()).isEqualTo(200);
        seen += more.body();
      }
    }
  }

  @Test
  void aSessionIsResumedOverAnotherTransport() throws Exception {
    String link = link(open().body());
    say(link, 1, CONNECT + JOIN);
    Poll poll = new Poll(link);
    poll.until("\"op\":\"resumed\"");
    String resume = found("\"resume\":\"([^\"]+)\"", poll.seen);
    String session = found("\"session\":\"([^\"]+)\"", poll.seen);

    Sockets socket = Sockets.connect(http, server.port(), "/ws", "carillon.v1.json");
    socket.send("{\"op\":\"connect\",\"id\":1,\"resume\":\"" + resume + "\"}");
    assertThat(socket.next()).contains("\"resumed\":true").contains(session);
    // The old place is told, and then it is gone.
    assertThat(fetch(link, poll.number + 1, 20).body()).contains("4409");
    await().until(() -> fetch(link, poll.number + 2, 0).statusCode() == 410);
  }

  @Test
  void whatIsRepeatedOnTheWayIsTakenOnce() throws Exception {
    String link = link(open().body());
    say(link, 1, CONNECT);
    say(link, 2, PUBLISH);
    assertThat(say(link, 2, PUBLISH).statusCode()).isEqualTo(204);
    Poll poll = new Poll(link);
    poll.until("published");
    assertThat(say(link, 3, "{\"op\":\"ping\",\"id\":9}").statusCode()).isEqualTo(204);
    poll.until("pong");
    assertThat(poll.seen).containsOnlyOnce("published");
    assertThat(say(link, 7, PUBLISH).statusCode()).isEqualTo(409);
    assertThat(fetch(link, 2, 0).statusCode()).isEqualTo(409);
  }

  @Test
  void whoLeavesForGoodIsGoneAtOnce() throws Exception {
    try (Stream stream = Stream.open(http, server.port(), "/ws")) {
      String link = stream.next().data();
      HttpRequest leave = request().header("Carillon-Link", link).DELETE().build();
      assertThat(http.send(leave, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
      assertThat(stream.next().name()).isEqualTo("end");
      assertThat(say(link, 1, CONNECT).statusCode()).isEqualTo(410);
    }
  }

  @Test
  void whoDoesNotSayWhoItIsIsClosed() throws Exception {
    Configuration hasty =
        Configuration.DEFAULT
            .withListen(Listen.DEFAULT.withPort(0))
            .withAuth(Auth.DEFAULT.withTimeout(java.time.Duration.ofMillis(300)));
    try (Server strict = Carillon.server(hasty).listen();
        Stream stream = Stream.open(http, strict.port(), "/ws")) {
      assertThat(stream.next().name()).isEqualTo("link");
      Stream.Event close = stream.next();
      assertThat(close.name()).isEqualTo("close");
      assertThat(close.data()).contains("4401");
      assertThat(stream.next().name()).isEqualTo("end");
    }
  }

  @Test
  void badRequestsAreAnsweredAndTouchNobody() throws Exception {
    String link = link(open().body());
    for (String wrong :
        List.of("x", "0.1.2", "99.1." + "0".repeat(32), "0.1.", link + "0", "9".repeat(300))) {
      assertThat(say(wrong, 1, CONNECT).statusCode()).as(wrong).isEqualTo(410);
    }
    for (String number : List.of("0", "-1", "x", "9".repeat(30))) {
      HttpRequest asked =
          request()
              .header("Carillon-Link", link)
              .header("Carillon-Number", number)
              .POST(BodyPublishers.ofString(CONNECT))
              .build();
      assertThat(http.send(asked, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    }
    HttpRequest latin =
        request()
            .header("Carillon-Link", link)
            .header("Carillon-Number", "1")
            .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff}))
            .build();
    assertThat(http.send(latin, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    HttpRequest evil =
        request()
            .header("Carillon-Link", "new")
            .header("Origin", "https://evil.example")
            .POST(BodyPublishers.noBody())
            .build();
    assertThat(http.send(evil, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    assertThat(say(link, 1, CONNECT).statusCode()).isEqualTo(204);
    new Poll(link).until("welcome");
  }

  @Test
  void aMessageThatCannotBeReadIsAnsweredOnTheStream() throws Exception {
    try (Stream stream = Stream.open(http, server.port(), "/ws")) {
      String link = stream.next().data();
      say(link, 1, "{not json\n");
      assertThat(stream.next().data()).contains("bad_message");
      assertThat(stream.next()).extracting("name").isEqualTo("close");
    }
  }

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/ws"));
  }

  private HttpResponse<String> open() throws Exception {
    return http.send(
        request().header("Carillon-Link", "new").POST(BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> say(String link, int number, String lines) throws Exception {
    return http.send(
        request()
            .header("Carillon-Link", link)
            .header("Carillon-Number", "" + number)
            .POST(BodyPublishers.ofString(lines))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> fetch(String link, int number, int wait) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/ws?wait=" + wait))
            .header("Accept", "text/event-stream")
            .header("Carillon-Link", link)
            .header("Carillon-Number", "" + number)
            .build(),
        BodyHandlers.ofString());
  }

  private static String link(String body) {
    return found("event: link\ndata: ([^\n]+)", body);
  }

  private static String found(String pattern, String in) {
    Matcher matcher = Pattern.compile(pattern).matcher(in);
    assertThat(matcher.find()).as(in).isTrue();
    return matcher.group(1);
  }
}
