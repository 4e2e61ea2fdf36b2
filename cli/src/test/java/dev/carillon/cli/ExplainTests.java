package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.JoinOptions;
import dev.carillon.client.Room;
import dev.carillon.core.spi.Secret;
import dev.carillon.server.Api;
import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Server;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code carillon explain}, with a real server and real clients. */
@Timeout(60)
class ExplainTests {
  private static final String KEY = "an-api-key-of-ours-1";
  private static final Server SERVER =
      Carillon.server(Configuration.DEFAULT.withApi(Api.DEFAULT.withKeys(List.of(new Secret(KEY)))))
          .listen(0);
  private static final String URL = "http://127.0.0.1:" + SERVER.port();

  @AfterAll
  static void close() {
    SERVER.close();
  }

  private static Cli explain(String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "explain";
    all[1] = URL;
    all[2] = "--key";
    all[3] = KEY;
    System.arraycopy(more, 0, all, 4, more.length);
    return Cli.run("", all);
  }

  @Test
  void whoGotAMessageAndWhoDidNotIsSaidInOneSentenceEachAlsoWhenTheyAreGone() throws Exception {
    String session;
    try (var client = CarillonClient.connect("ws://127.0.0.1:" + SERVER.port());
        var other = CarillonClient.connect("ws://127.0.0.1:" + SERVER.port())) {
      session = client.session();
      String red = "tags.color == \"red\"";
      Room room = client.join("chat/why", JoinOptions.DEFAULT.withFilter(red));
      other.publish("chat/why", "for nobody");
      Room all = other.join("chat/why");
      other.publish("chat/why", "two");

      assertThat(all.next().data()).isEqualTo("two");
      assertThat(room.name()).isEqualTo("chat/why");
      Cli got = explain("--session", other.session(), "--room", "chat/why", "--offset", "2");
      assertThat(got.exit()).as(got.err()).isEqualTo(Exit.DONE);
      assertThat(got.out().strip())
          .startsWith("offset 2 of chat/why was sent to session " + other.session() + ", which")
          .doesNotContain("\n");
      Cli before = explain("--session", other.session(), "--room", "chat/why", "--offset", "1");
      assertThat(before.out()).contains("stood in the room before session");
      Cli kept = explain("--session", session, "--room", "chat/why", "--offset", "1");
      assertThat(kept.out()).contains("was not meant for session " + session + ": its filter, ");
      client.close(Duration.ofSeconds(5));
    }
    Cli later = explain("--session", session, "--room", "chat/why", "--offset", "2");
    assertThat(later.out()).contains("was not meant for session " + session);
  }

  @Test
  void aProgramIsToldInJson() throws Exception {
    try (var client = CarillonClient.connect("ws://127.0.0.1:" + SERVER.port())) {
      Room room = client.join("chat/json");
      client.publish("chat/json", "one");
      assertThat(room.next().data()).isEqualTo("one");
      Cli told =
          explain("--session", client.session(), "--room", "chat/json", "--offset", "1", "--json");

      assertThat(told.exit()).as(told.err()).isEqualTo(Exit.DONE);
      assertThat(told.out().strip())
          .startsWith(
              "{\"operation\":\"explain\",\"target\":\""
                  + URL
                  + "/api/v1/explain\",\"status\":\"ok\"")
          .contains("\"room\":\"chat/json\"", "\"outcome\":\"sent\"", "\"ended\":\"open\"")
          .endsWith("}]}}")
          .doesNotContain("\n");
    }
  }

  @Test
  void whatCannotBeSaidIsRefusedInWords() {
    refused(
        explain("--user", "ann", "--room", "chat/none", "--offset", "1"),
        Exit.REFUSED,
        "nothing has been published to room chat/none; check its name (404)");
    refused(explain("--user", "ann", "--room", "a//b", "--offset", "1"), Exit.REFUSED, "(400)");
    refused(
        explain("--user", "ann", "--room", "a", "--offset", "ten"), Exit.MISUSE, "'ten' is not a");
    refused(
        explain("--user", "ann", "--room", "a", "--offset", "0"),
        Exit.MISUSE,
        "--offset is 0, must be at least 1");
    refused(explain("--room", "a", "--offset", "1"), Exit.MISUSE, "name the user with --user NAME");
    refused(
        Cli.run("", "explain", URL, "--user", "a", "--room", "a", "--offset", "1"),
        Exit.MISUSE,
        "show a key of the server's API");
    Cli wrong =
        Cli.run(
            "",
            "explain",
            URL,
            "--key",
            "not-one-of-the-keys-0",
            "--user",
            "a",
            "--room",
            "a",
            "--offset",
            "1");
    refused(wrong, Exit.REFUSED, "show a key of this server's API");
    assertThat(wrong.err()).doesNotContain("not-one-of-the-keys-0");
    Cli nobody =
        Cli.run(
            "",
            "explain",
            "http://127.0.0.1:1",
            "--key",
            KEY,
            "--user",
            "a",
            "--room",
            "a",
            "--offset",
            "1");
    refused(nobody, Exit.NOT_CONNECTED, "could not ask http://127.0.0.1:1/");
  }

  private static void refused(Cli ran, int exit, String words) {
    assertThat(ran.exit()).as(ran.err()).isEqualTo(exit);
    assertThat(ran.err()).contains(words).doesNotContain("Exception");
    assertThat(ran.out()).isEmpty();
  }
}
