package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.spi.Secret;
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

/** {@code GET /api/v1/explain}, over real sockets. */
@Timeout(60)
class ExplainApiTests {
  private static final String KEY = "an-api-key-of-ours-1";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Server SERVER =
      Carillon.server(Configuration.DEFAULT.withApi(Api.DEFAULT.withKeys(List.of(new Secret(KEY)))))
          .listen(0);

  @AfterAll
  static void close() {
    SERVER.close();
    HTTP.close();
  }

  private static HttpRequest.Builder request(Server server, String query) {
    String address = "http://127.0.0.1:" + server.port() + "/api/v1/explain" + query;
    return HttpRequest.newBuilder(URI.create(address));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String query) throws Exception {
    return send(request(SERVER, query).header("Authorization", "Bearer " + KEY));
  }

  private static void refused(HttpResponse<String> answer, int status, String words) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("\"status\":" + status).contains(words);
  }

  @Test
  void whoShowsAKeyIsToldWhatBecameOfAMessage() throws Exception {
    Sockets reader = Sockets.connect(HTTP, SERVER.port(), "/ws", "carillon.v1.json");
    reader.send("{\"op\":\"connect\",\"id\":1}");
    String welcome = reader.next();
    String session = welcome.replaceAll(".*\"session\":\"([^\"]+)\".*", "$1");
    reader.send("{\"op\":\"join\",\"id\":2,\"room\":\"orders\"}");
    reader.next();
    reader.send("{\"op\":\"publish\",\"id\":3,\"room\":\"orders\",\"type\":\"json\",\"data\":1}");
    reader.next();
    reader.next();

    HttpResponse<String> told = get("?room=orders&offset=1&session=" + session);
    assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
    assertThat(told.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(told.body())
        .matches(
            "\\{\"room\":\"orders\",\"epoch\":\"[0-9a-f]{32}\",\"offset\":1,\"explanations\":\\["
                + "\\{\"user\":\"[^\"]+\",\"session\":\""
                + session
                + "\",\"outcome\":\"sent\",\"sentence\":\"offset 1 of orders was sent to [^\"]+\","
                + "\"reading\":\\{\"since\":[0-9]+,\"first\":1,\"sent\":1,\"ended\":\"open\"\\}\\}"
                + "\\]\\}\n");
    HttpResponse<String> line =
        send(
            request(SERVER, "?room=orders&offset=1&session=" + session)
                .header("Authorization", "Bearer " + KEY)
                .header("Accept", "text/plain"));
    assertThat(line.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(line.body()).matches("offset 1 of orders was sent to session .+\\.\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?offset=1&user=a | 400 | name a room with room=",
        "?room=a&user=a | 400 | name a message with offset=",
        "?room=a&offset=ten&user=a | 400 | offset must be a whole number, 1 or more",
        "?room=a&offset=0&user=a | 400 | offset must be a whole number, 1 or more",
        "?room=a&offset=-1&user=a | 400 | offset must be a whole number, 1 or more",
        "?room=a&offset=9999999999999999999&user=a | 400 | offset must be a whole number",
        "?room=a&offset=1 | 400 | name a user with user=, or a session with session=",
        "?room=a&offset=1&user= | 400 | user has 0 characters, must have 1 to 200",
        "?room=a&offset=1&user=a&epoch=7 | 400 | epoch must be 32 hexadecimal digits",
        "?room=a%2F%2Fb&offset=1&user=a | 400 | ",
        "?room=a%0ab&offset=1&user=a | 400 | ",
        "?room=nowhere&offset=1&user=a | 404 | nothing has been published to room nowhere"
      })
  void whatIsWrongIsSaid(String query, int status, String words) throws Exception {
    refused(get(query), status, words == null ? "" : words);
  }

  @Test
  void nobodyIsToldWithoutAKey() throws Exception {
    refused(send(request(SERVER, "?room=a&offset=1&user=a")), 401, "show a key");
    refused(
        send(
            request(SERVER, "?room=a&offset=1&user=a")
                .header("Authorization", "Bearer not-one-of-the-keys-0")),
        401,
        "show a key");
    refused(send(request(SERVER, "").POST(BodyPublishers.ofString("{}"))), 405, "can only be read");
    try (Server open = Carillon.server().listen(0)) {
      refused(send(request(open, "?room=a&offset=1&user=a")), 403, "set api.keys");
    }
  }
}
