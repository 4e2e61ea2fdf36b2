package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.RoomPolicy;
import dev.carillon.server.Auth;
import dev.carillon.server.AuthMode;
import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.EchoServer;
import dev.carillon.server.Listen;
import dev.carillon.server.Server;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client commands as from a pipe, against a real server and a real echo server. */
@Timeout(120)
class ConnectTests {
  private static final Server SERVER =
      Carillon.server(Configuration.DEFAULT.withAuth(Auth.DEFAULT.withMode(AuthMode.TRUSTING)))
          .room("jobs/{id}", room -> room.with(it -> it.withDelivery(RoomPolicy.Delivery.DURABLE)))
          .room(
              "quiet/{id}", room -> room.onMessage((member, message) -> message.refuse("not here")))
          .listen(0);
  private static final EchoServer ECHO =
      EchoServer.start(
          EchoServer.CONFIGURATION.withListen(Listen.DEFAULT.withPort(0)),
          new EchoServer.Answers("/echo", List.of("chat")));

  @BeforeAll
  static void history() {
    SERVER.publish("old", "from before").join();
  }

  @AfterAll
  static void close() {
    SERVER.close();
    ECHO.close();
  }

  @Test
  void eachLineIsSentAndAnswersArePrintedPlain() {
    Cli run = Cli.run("one\ntwo\u001b[2J\n", "connect", echo(), "--wait", "0.5");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines()).containsExactly("one", "two\\u001b[2J");
    assertThat(run.err()).contains("connected to").contains("closed with 1000: normal");
  }

  @Test
  void theReportIsAllThatJsonPrints() {
    Cli run =
        Cli.run(
            "x".repeat(1000) + "\n",
            "connect",
            echo(),
            "--wait",
            "0.5",
            "--json",
            "--subprotocol",
            "chat");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("{\"operation\":\"connect\",\"target\":\"" + echo() + "\",\"status\":\"ok\"")
        .contains("\"protocol\":\"chat\"")
        .contains("permessage-deflate")
        .contains("\"messagesReceived\":1,\"messagesSent\":1")
        .contains("\"compliance\":null")
        .containsPattern("\"compressionRatio\":0\\.\\d");
    assertThat(run.out().lines()).hasSize(1);
  }

  @Test
  void withoutCompressionThereIsNoRatio() {
    Cli run = Cli.run("hello\n", "connect", echo(), "--wait", "0.2", "--json", "--no-compression");

    assertThat(run.out()).contains("\"extensions\":[]").contains("\"compressionRatio\":null");
  }

  @Test
  void aRoomIsJoinedAndItsHistoryShown() {
    Cli run =
        Cli.run(
            "hello\n",
            "connect",
            "127.0.0.1:" + SERVER.port(),
            "old",
            "--last",
            "5",
            "--wait",
            "0.5");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines()).contains("from before", "hello");
    assertThat(run.err()).contains("joined old: 1 here");
  }

  @Test
  void aSubscriptionGoesOnWhereItStopped() {
    for (String job : List.of("one", "two")) {
      Cli run = subscribed(job + "\n");
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out().lines()).as("what was shown before is dealt with").containsExactly(job);
    }
    SERVER.publish("jobs/7", "three").join();

    assertThat(subscribed("").out().lines()).containsExactly("three");
    assertThat(subscribed("").out()).isEmpty();
  }

  private static Cli subscribed(String input) {
    String address = server() + "?user=ann";
    return Cli.run(
        input, "connect", address, "jobs/7", "--subscription", "billing", "--wait", "0.5");
  }

  @Test
  void aFilterShowsWhatItHoldsForAlone() {
    Cli run =
        Cli.run(
            "untagged\n",
            "connect",
            server(),
            "log",
            "--filter",
            "tags.level == 'warn'",
            "--wait",
            "0.3");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
  }

  @Test
  void whatIsForARoomNeedsOne() {
    Cli run = Cli.run("", "connect", server(), "--subscription", "billing");

    assertThat(run.exit()).isEqualTo(Exit.MISUSE);
    assertThat(run.err()).contains("name it");
  }

  @Test
  void aMessageIsPublishedAndReported() {
    Cli run = Cli.run("", "publish", server(), "orders", "{\"id\": 7}", "--json-data", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("\"operation\":\"publish\"")
        .contains("\"status\":\"ok\"")
        .contains("\"protocol\":\"carillon.v1.json\"");
  }

  @Test
  void whatTheServerRefusesIsExitFourAndASentence() {
    Cli run = Cli.run("", "publish", server(), "bad room", "x");

    assertThat(run.exit()).isEqualTo(Exit.REFUSED);
    assertThat(run.err()).contains("not published").contains("bad_room_name");
  }

  @Test
  void aMessageThatTheApplicationRefusesIsNoSuccess() {
    Cli run = Cli.run("", "publish", server(), "quiet/1", "x");

    assertThat(run.exit()).isEqualTo(4);
    assertThat(run.err()).contains("not published: not here (refused)");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void dataThatIsNoJsonIsAMisuse() {
    Cli run = Cli.run("", "publish", server(), "a", "{", "--json-data");

    assertThat(run.exit()).isEqualTo(Exit.MISUSE);
    assertThat(run.err()).contains("well-formed JSON");
  }

  @Test
  void aRefusedHandshakeIsExitOneWithTheAnswer() {
    Cli run = Cli.run("", "connect", "ws://127.0.0.1:" + ECHO.port() + "/no", "--json");

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err()).contains("404").contains("only /echo echoes here");
    assertThat(run.out()).contains("\"status\":\"failed\"");
  }

  @Test
  void nobodyThereIsExitOne() {
    Cli run = Cli.run("", "connect", "ws://127.0.0.1:1/");

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err()).contains("nobody listens at 127.0.0.1:1");
  }

  @Test
  void aRoomOnAServerThatHasNoneIsExplained() {
    Cli run = Cli.run("", "connect", echo(), "chat/lobby");

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err()).contains("does not speak carillon.v1.json");
  }

  @Test
  void addressesAreCheckedBeforeAnythingIsOpened() {
    assertThat(Cli.run("", "connect", "ftp://x").exit()).isEqualTo(Exit.MISUSE);
    assertThat(Cli.run("", "connect", "ws://").exit()).isEqualTo(Exit.MISUSE);
    assertThat(Cli.run("", "connect", echo(), "--header", "no colon").exit())
        .isEqualTo(Exit.MISUSE);
    assertThat(Cli.run("", "connect", echo(), "--ca", "/nonexistent.pem").exit())
        .isEqualTo(Exit.MISUSE);
  }

  @Test
  void aQueryIsNeverShown() {
    Cli run = Cli.run("", "connect", echo() + "?token=very-secret", "--wait", "0", "--json");

    assertThat(run.out() + run.err()).contains("/echo").doesNotContain("very-secret");
  }

  private static String server() {
    return "ws://127.0.0.1:" + SERVER.port();
  }

  private static String echo() {
    return "ws://127.0.0.1:" + ECHO.port() + "/echo";
  }
}
