package dev.carillon.cli;

import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Start;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Talks to a WebSocket server, or in a room of a Carillon server. */
@Command(
    name = "connect",
    description = {
      "Connects to any WebSocket server: type to send, see what comes.",
      "With a room, joins it on a Carillon server and shows who comes and goes."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon connect ws://localhost:8080 chat/lobby --last 20",
      "  carillon connect ws://localhost:8080?user=ann orders --subscription billing",
      "  carillon connect wss://example.org/socket --subprotocol chat --ca own-ca.pem",
      "  echo hello | carillon connect ws://localhost:8080/rooms/chat/lobby",
      "",
      "While connected: /ping, /members, /close [CODE [REASON]], /help; // sends a slash.",
      "From a pipe each line is sent, then answers are waited for; what comes is printed plain."
    })
final class ConnectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private DialOptions options;

  @Parameters(index = "0", paramLabel = "URL", description = "ws://, wss://, or host:port.")
  private String url = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ROOM",
      description = "A room to join, such as chat/lobby.")
  private @Nullable String room;

  @Option(
      names = "--last",
      paramLabel = "N",
      description = "Begin with the room's last N messages.")
  private int last;

  @Option(
      names = "--filter",
      paramLabel = "EXPRESSION",
      description =
          "Of the room, shows only messages whose tags it holds for, such as tags.level == 'warn'.")
  private @Nullable String filter;

  @Option(
      names = "--subscription",
      paramLabel = "NAME",
      description = {
        "Reads a durable room for a named subscription of the user: begins where it stopped last,",
        "and acknowledges what is shown."
      })
  private @Nullable String subscription;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "From a pipe: end when nothing came for so long. Default: ${DEFAULT-VALUE}.")
  private double wait = 1;

  @Option(names = "--json", description = "Prints nothing but a report, when it is over.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (last < 0 || wait < 0 || wait > 3600) {
      throw new Failure(Exit.MISUSE, "--last and --wait must be 0 or more, --wait at most 3600");
    }
    if (room == null && (last > 0 || filter != null || subscription != null)) {
      throw new Failure(Exit.MISUSE, "--last, --filter and --subscription are for a room: name it");
    }
    URI uri = DialOptions.address(url, room == null ? "/" : "/ws");
    Console console = System.console();
    boolean typed = !json && console != null && console.isTerminal();
    if (typed) {
      try (InteractiveScreen screen = InteractiveScreen.open()) {
        return talk(uri, screen, screen, true).status();
      }
    }
    Screen screen = json ? Screen.silent(err) : Screen.plain(out, err);
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Outcome outcome;
    try {
      outcome = talk(uri, screen, input::readLine, false);
    } catch (Failure failed) {
      if (json) {
        out.println(report(uri, failed).json());
      }
      throw failed;
    }
    if (json) {
      out.println(outcome.report().json());
    }
    return outcome.status();
  }

  /** How it ended. */
  private record Outcome(int status, Report report) {}

  private Outcome talk(URI uri, Screen screen, Lines lines, boolean typed)
      throws InterruptedException, ExecutionException {
    var tally = new Tally();
    String joined = room;
    Talk talk =
        joined == null
            ? new RawTalk(screen, tally)
            : new RoomTalk(
                joined,
                new RoomTalk.Reading(last == 0 ? null : new Start.Last(last), filter, subscription),
                line -> RoomTalk.text(joined, line),
                screen,
                tally);
    try (var dialer = new Dialer(options.authorities())) {
      var terms = options.terms(joined == null ? List.of() : List.of(JsonCodec.SUBPROTOCOL));
      ClientConnection connection = dialer.connect(uri, terms, talk);
      Report.Handshake handshake = Dialer.handshake(connection);
      long before = dialer.wireBytes();
      screen.note("connected to %s%s".formatted(DialOptions.shown(uri), agreed(handshake)));
      Pings.send(connection);
      talk.begin(connection);
      var conversation = new Conversation(connection, talk, screen, tally, lines, wait, typed);
      ClientConnection.Ended ended = conversation.run();
      tally.wire(dialer.wireBytes() - before, connection.deflate() != null);
      boolean good = conversation.closedByUs() || CloseWords.good(ended.code().value());
      if (good) {
        screen.note(CloseWords.of(ended));
      } else {
        screen.wrong(CloseWords.of(ended));
      }
      boolean refused = talk instanceof RoomTalk spoken && spoken.rejection() != null;
      int status = !good ? Exit.BROKEN : refused && !typed ? Exit.REFUSED : Exit.DONE;
      return new Outcome(
          status,
          new Report(
              "connect",
              DialOptions.shown(uri),
              status == Exit.DONE ? "ok" : status == Exit.REFUSED ? "refused" : "broken",
              handshake,
              tally.metrics(),
              CloseWords.of(ended)));
    }
  }

  private static String agreed(Report.Handshake handshake) {
    String protocol = handshake.protocol() == null ? "" : ", subprotocol " + handshake.protocol();
    return handshake.extensions().isEmpty() ? protocol : protocol + ", compressed";
  }

  private static Report report(URI uri, Failure failed) {
    return new Report(
        "connect",
        DialOptions.shown(uri),
        failed.exit() == Exit.REFUSED ? "refused" : "failed",
        null,
        new Tally().metrics(),
        failed.getMessage());
  }

  /** Unused close codes are the user's to try out. */
  static CloseCode code(String text) {
    try {
      CloseCode code = CloseCode.of(Integer.parseInt(text));
      if (code.sendable()) {
        return code;
      }
    } catch (IllegalArgumentException none) {
      // said below
    }
    throw new Failure(Exit.MISUSE, "a close code is 1000 to 1014 or 3000 to 4999");
  }
}
