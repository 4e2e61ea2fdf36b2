package dev.carillon.cli;

import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Problem;
import dev.carillon.wire.Target;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes one message to a room and waits until it is there. */
@Command(
    name = "publish",
    description = "Publishes one message to a room, and waits until it is there.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon publish ws://localhost:8080 chat/lobby hello",
      "  carillon publish ws://localhost:8080 orders '{\"id\": 7}' --json-data --event created"
    })
final class PublishCommand implements Callable<Integer> {
  private static final long LIMIT_NANOS = 10_000_000_000L;

  @Spec private CommandSpec spec;

  @Mixin private DialOptions options;

  @Parameters(index = "0", paramLabel = "URL", description = "ws://, wss://, or host:port.")
  private String url = "";

  @Parameters(index = "1", paramLabel = "ROOM", description = "Such as chat/lobby.")
  private String room = "";

  @Parameters(index = "2", paramLabel = "DATA", description = "The message's text.")
  private String data = "";

  @Option(names = "--event", paramLabel = "NAME", description = "The message's name.")
  private @Nullable String event;

  @Option(names = "--json-data", description = "DATA is JSON, and is sent as such.")
  private boolean jsonData;

  @Option(names = "--json", description = "Prints a report.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    URI uri = DialOptions.address(url, "/ws");
    Payload payload = payload();
    var tally = new Tally();
    var talk =
        new RoomTalk(
            room,
            null,
            line -> new ClientMessage.Publish(0, new Target.Room(room), event, payload, null),
            Screen.silent(new PrintWriter(java.io.Writer.nullWriter())),
            tally);
    Report.Handshake handshake = null;
    Failure failure = null;
    try (var dialer = new Dialer(options.authorities())) {
      ClientConnection connection =
          dialer.connect(uri, options.terms(List.of(JsonCodec.SUBPROTOCOL)), talk);
      handshake = Dialer.handshake(connection);
      long before = dialer.wireBytes();
      talk.begin(connection);
      talk.line(data);
      awaitAnswer(talk, connection);
      tally.wire(dialer.wireBytes() - before, connection.deflate() != null);
      connection.close(CloseCode.NORMAL, "").join();
    } catch (Failure failed) {
      failure = failed;
    }
    if (json) {
      out.println(
          new Report(
                  "publish",
                  DialOptions.shown(uri),
                  failure == null ? "ok" : failure.exit() == Exit.REFUSED ? "refused" : "failed",
                  handshake,
                  tally.metrics(),
                  failure == null ? null : failure.getMessage())
              .json());
    }
    if (failure != null) {
      throw failure;
    }
    if (!json) {
      out.println("published to " + Shown.line(room));
    }
    return Exit.DONE;
  }

  private Payload payload() {
    try {
      return jsonData ? Payload.json(data) : Payload.text(data);
    } catch (IllegalArgumentException wrong) {
      throw new Failure(
          Exit.MISUSE, "DATA is not one well-formed JSON value; quote it for the shell");
    }
  }

  private static void awaitAnswer(RoomTalk talk, ClientConnection connection)
      throws InterruptedException {
    long began = System.nanoTime();
    while (talk.unanswered() > 0) {
      if (connection.ended().isDone()) {
        throw new Failure(
            Exit.BROKEN,
            "the connection ended before the answer: " + CloseWords.of(connection.ended().join()));
      }
      if (System.nanoTime() - began > LIMIT_NANOS) {
        throw new Failure(
            Exit.TIMED_OUT, "no answer within 10 s: it is not known whether it was published");
      }
      talk.awaitAnswer(100);
    }
    Problem rejection = talk.rejection();
    if (rejection != null) {
      throw new Failure(
          Exit.REFUSED,
          "not published: " + Shown.line(rejection.message()) + " (" + rejection.code() + ")");
    }
  }
}
