package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.spi.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /api/v1/publish}, over real sockets. */
@Timeout(60)
class PublishApiTests {
  private static final String KEY = "an-api-key-of-ours-1";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Server SERVER =
      Carillon.server(
              Configuration.DEFAULT.withApi(
                  Api.DEFAULT
                      .withKeys(List.of(new Secret("another-key-of-ours-2"), new Secret(KEY)))
                      .withMaxBatch(5)
                      .withMaxBody(ByteSize.kib(64))))
          .room("small/{any}", room -> room.maxMessage(new ByteSize(10)))
          .listen(0);

  @AfterAll
  static void close() {
    SERVER.close();
    HTTP.close();
  }

  private static HttpResponse<String> post(String body) throws Exception {
    return send(request().POST(BodyPublishers.ofString(body)));
  }

  private static HttpRequest.Builder request() {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + SERVER.port() + "/api/v1/publish"))
        .header("Authorization", "Bearer " + KEY)
        .header("Content-Type", "application/json");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void refused(HttpResponse<String> answer, int status, String words) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("\"status\":" + status).contains(words);
  }

  @Test
  void aMessageIsPublishedAndItsPositionTold() throws Exception {
    Sockets reader = Sockets.connect(HTTP, SERVER.port(), "/ws", "carillon.v1.json");
    reader.send("{\"op\":\"connect\",\"id\":1}");
    reader.next();
    reader.send("{\"op\":\"join\",\"id\":2,\"room\":\"orders\"}");
    reader.next();

    HttpResponse<String> answer =
        post(
            "{\"room\":\"orders\",\"event\":\"created\",\"data\": { \"id\" : 7.00 , \"x\":[1,{}] }"
                + ",\"tags\":{\"b\":\"2\",\"a\":\"1\"},\"key\":\"k\",\"priority\":\"high\","
                + "\"ttl\":60000,\"readers\":true,\"later\":{\"a\":[1]}}");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body())
        .matches(
            "\\{\"room\":\"orders\",\"epoch\":\"[^\"]+\",\"offset\":1,\"level\":\"memory\",\"readers\":1\\}\n");
    assertThat(reader.next())
        .contains("\"event\":\"created\"")
        .contains("\"data\":{ \"id\" : 7.00 , \"x\":[1,{}] }")
        .contains("\"tags\":{\"a\":\"1\",\"b\":\"2\"}")
        .contains("\"key\":\"k\"")
        .contains("\"priority\":\"high\"")
        .doesNotContain("sender");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "-1.5e+400",
        "true",
        "false",
        "null",
        "\"a\\u00e9\\n\"",
        "[]",
        "{}",
        "[ 1 , 2 ]",
        "\"\u00e9\"",
        "{\"a\":1,\"a\":2}"
      })
  void jsonIsKeptAsItWasWritten(String data) throws Exception {
    for (String body :
        List.of(
            "{\"room\":\"verbatim\",\"data\":" + data + "}",
            "{ \"data\" : " + data + " , \"type\":\"json\",\"room\":\"verbatim\"}",
            "[{\"room\":\"verbatim\",\"data\":\n" + data + "\n}]")) {
      HttpResponse<String> answer = post(body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      Sockets reader = Sockets.connect(HTTP, SERVER.port(), "/rooms/verbatim?last=1");
      assertThat(reader.next()).isEqualTo(data);
      reader.own().abort();
    }
  }

  @Test
  void textAndBinaryAreWhatTheySay() throws Exception {
    Sockets reader = Sockets.connect(HTTP, SERVER.port(), "/rooms/kinds");
    reader.send("here");
    assertThat(reader.next()).isEqualTo("here");
    post("{\"room\":\"kinds\",\"type\":\"text\",\"data\":\"a\\nb\"}");
    assertThat(reader.next()).isEqualTo("a\nb");
    refused(post("{\"room\":\"kinds\",\"type\":\"text\",\"data\":7}"), 400, "must be a string");
    refused(post("{\"room\":\"kinds\",\"type\":\"text\",\"data\":\"\\ud800\"}"), 400, "surrogate");
    refused(post("{\"room\":\"kinds\",\"type\":\"binary\",\"data\":\"?\"}"), 400, "base64");
    assertThat(post("{\"room\":\"kinds\",\"type\":\"binary\",\"data\":\"AAECAw==\"}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void severalRoomsAndSeveralMessagesAreAnsweredOneByOne() throws Exception {
    HttpResponse<String> rooms = post("{\"rooms\":[\"r/1\",\"r/2\"],\"data\":1}");
    assertThat(rooms.statusCode()).isEqualTo(200);
    assertThat(rooms.body())
        .matches("(?s)\\{\"results\":\\[\\{\"room\":\"r/1\",.*\\{\"room\":\"r/2\",.*\\]\\}\n");

    for (String batch :
        List.of(
            "[{\"room\":\"r/3\",\"data\":1},{\"room\":\"r/3\",\"data\":2}]",
            "{\"messages\":[{\"room\":\"r/4\",\"data\":1},{\"room\":\"r/4\",\"data\":2}]}")) {
      assertThat(post(batch).body()).contains("\"offset\":1,").contains("\"offset\":2,");
    }
  }

  @Test
  void everybodyAUserAndASessionAreReachedToo() throws Exception {
    Sockets reader = Sockets.connect(HTTP, SERVER.port(), "/ws", "carillon.v1.json");
    reader.send("{\"op\":\"connect\",\"id\":1}");
    String welcome = reader.next();
    String session = welcome.replaceFirst("(?s).*\"session\":\"([^\"]+)\".*", "$1");
    String user = welcome.replaceFirst("(?s).*\"user\":\"([^\"]+)\".*", "$1");
    for (String target :
        List.of(
            "\"session\":\"" + session + "\"", "\"user\":\"" + user + "\"", "\"global\":true")) {
      String word = target.replaceAll("[^a-z]", "");
      HttpResponse<String> answer =
          post("{" + target + ",\"type\":\"text\",\"data\":\"" + word + "\"}");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).startsWith("{\"room\":\"$");
      String came = reader.next();
      while (!came.contains("\"op\":\"message\"")) {
        came = reader.next();
        assertThat(came).isNotEqualTo("nothing");
      }
      assertThat(came).contains("\"data\":\"" + word + "\"");
    }
    refused(post("{\"user\":\"\",\"data\":1}"), 400, "is empty");
    refused(post("{\"global\":false,\"data\":1}"), 400, "must be true");
    refused(post("{\"global\":true,\"room\":\"a\",\"data\":1}"), 400, "exclude");
    refused(post("{\"room\":\"a\",\"data\":1,\"filter\":\"true\"}"), 400, "bad_filter");
    refused(post("{\"room\":\"a\",\"data\":1,\"message_id\":\"\"}"), 400, "bad_message");
  }

  @Test
  void aMessageWithAnIdOfItsOwnIsPublishedOnceHoweverOftenItIsSent() throws Exception {
    String body = "{\"room\":\"invoices\",\"data\":1,\"message_id\":\"invoice 7\"}";
    String first = post(body).body();
    assertThat(first).contains("\"offset\":1").doesNotContain("duplicate");
    assertThat(post(body).body()).contains("\"offset\":1").contains("\"duplicate\":true");
    String other = body.replace("invoice 7", "invoice 8");
    assertThat(post(other).body()).contains("\"offset\":2").doesNotContain("duplicate");
  }

  @Test
  void aBatchIsTakenAsAWholeOrNotAtAll() throws Exception {
    refused(
        post("[{\"room\":\"whole\",\"data\":1},{\"room\":\"a b\",\"data\":2}]"),
        400,
        "messages[1]: a room name may not contain");
    refused(
        post("[{\"room\":\"whole\",\"data\":1},{\"room\":\"small/a\",\"data\":\"01234567890\"}]"),
        413,
        "small/a");
    refused(
        post(
            "["
                + "{\"room\":\"whole\",\"data\":1},".repeat(5)
                + "{\"room\":\"whole\",\"data\":1}]"),
        413,
        "more than 5");

    assertThat(post("{\"room\":\"whole\",\"data\":1}").body()).contains("\"offset\":1,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | body must be",
        "7 | body must be",
        "{ | at byte",
        "{\"room\":\"a\",\"data\":1}x | JSON",
        "{\"room\":\"a\",\"data\":1} {} | follows",
        "[] | no messages",
        "{\"messages\":[]} | no messages",
        "{\"messages\":{}} | must be a list",
        "{\"messages\":[{\"room\":\"a\",\"data\":1}],\"room\":\"a\"} | nothing else",
        "[{\"messages\":[]}] | cannot hold",
        "[7] | messages[0]: must be an object",
        "{} | no 'room'",
        "{\"room\":null,\"data\":1} | no 'room'",
        "{\"room\":\"a\"} | no 'data'",
        "{\"room\":7,\"data\":1} | must be a string",
        "{\"room\":\"../a\",\"data\":1} | bad_room_name",
        "{\"room\":\"$global\",\"data\":1} | bad_room_name",
        "{\"rooms\":[],\"data\":1} | no 'room'",
        "{\"room\":\"a\",\"rooms\":[\"b\"],\"data\":1} | exclude",
        "{\"room\":\"a\",\"room\":\"b\",\"data\":1} | twice",
        "{\"room\":\"a\",\"data\":1,\"tags\":{\"x\":\"1\",\"x\":\"2\"}} | twice",
        "{\"room\":\"a\",\"data\":1,\"tags\":{\"x\":1}} | strings",
        "{\"room\":\"a\",\"data\":1,\"type\":\"xml\"} | json, text or binary",
        "{\"room\":\"a\",\"data\":1,\"priority\":\"top\"} | low, normal or high",
        "{\"room\":\"a\",\"data\":1,\"ttl\":-1} | 2^53-1",
        "{\"room\":\"a\",\"data\":1,\"ttl\":1.5} | 2^53-1",
        "{\"room\":\"a\",\"data\":1,\"ttl\":99999999999999999999} | 2^53-1",
        "{\"room\":\"a\",\"data\":1,\"echo\":\"no\"} | true or false",
        "{\"room\":\"a\",\"data\":01} | at byte",
        "{\"room\":\"a\",\"data\":NaN} | at byte"
      })
  void whatIsNoMessageIsToldWhy(String body, String words) throws Exception {
    refused(post(body), 400, words);
  }

  @Test
  void dataThatNestsTooDeepIsRefused() throws Exception {
    String room = "{\"room\":\"deep\",\"data\":";
    assertThat(post(room + "[".repeat(64) + "]".repeat(64) + "}").statusCode()).isEqualTo(200);
    refused(post(room + "[".repeat(65) + "]".repeat(65) + "}"), 400, "deeper than 64");
    refused(post(room + "[".repeat(20_000)), 400, "");
    refused(post("{\"x\":" + "[".repeat(20_000)), 400, "");
  }

  @Test
  void whatIsNotUtf8IsRefused() throws Exception {
    byte[] body = "{\"room\":\"a\",\"data\":\"?\"}".getBytes();
    body[body.length - 3] = (byte) 0xff;
    refused(send(request().POST(BodyPublishers.ofByteArray(body))), 400, "UTF-8");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWithAProblemToo() throws Exception {
    refused(post("{\"room\":\"a\",\"data\":\"" + "x".repeat(70_000) + "\"}"), 413, "65536");
  }

  @Test
  void withoutAKeyNobodyPublishes() throws Exception {
    String body = "{\"room\":\"a\",\"data\":1}";
    HttpRequest.Builder none =
        HttpRequest.newBuilder(request().build().uri())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    refused(send(none), 401, "Bearer KEY");
    for (String wrong : List.of("Bearer guess", "Bearer " + KEY + "x", "Basic " + KEY, "Bearer")) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(request().build().uri())
              .header("Content-Type", "application/json")
              .header("Authorization", wrong)
              .POST(BodyPublishers.ofString(body));
      HttpResponse<String> answer = send(request);
      refused(answer, 401, "Bearer KEY");
      assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(answer.body()).doesNotContain(KEY);
    }
    try (Server keyless = Carillon.server().listen(0)) {
      URI at = URI.create("http://127.0.0.1:" + keyless.port() + "/api/v1/publish");
      refused(
          send(
              HttpRequest.newBuilder(at)
                  .header("Authorization", "Bearer ")
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(body))),
          403,
          "api.keys");
    }
  }

  @Test
  void methodAndMediaTypeAreChecked() throws Exception {
    HttpResponse<String> get = send(request().GET());
    refused(get, 405, "POST");
    assertThat(get.headers().firstValue("Allow")).hasValue("POST");
    for (String type : List.of("text/plain", "application/json; charset=latin1")) {
      HttpRequest.Builder request =
          request().setHeader("Content-Type", type).POST(BodyPublishers.ofString("{}"));
      refused(send(request), 415, "application/json");
    }
    HttpRequest.Builder utf8 =
        request()
            .setHeader("Content-Type", "Application/JSON; charset=\"UTF-8\"")
            .POST(BodyPublishers.ofString("{\"room\":\"a\",\"data\":1}"));
    assertThat(send(utf8).statusCode()).isEqualTo(200);
  }
}
