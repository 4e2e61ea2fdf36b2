package dev.carillon.cli;

import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Server;
import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Start;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Does once what a server and a client do when they start, so that the JVM can note what that loads
 * and links (its AOT cache). The launcher runs it after a build.
 */
@Command(name = "warm-up", hidden = true, description = "Trains the cache for quick starts.")
final class WarmUpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ServeCommand serve =
        Objects.requireNonNull(ServeCommand.quick(new String[] {"serve", "-p", "0"}));
    Configuration configuration = serve.configuration(spec.commandLine().getErr());
    Logs.configure(configuration.logging());
    try (Server server = Carillon.server(configuration).listen(0)) {
      var screen = new StartScreen(configuration, server.port());
      PrintWriter out = spec.commandLine().getOut();
      out.println(screen.text());
      out.flush();
      talk(URI.create("ws://127.0.0.1:" + server.port() + "/ws"));
    }
    return Exit.DONE;
  }

  private static void talk(URI uri) throws InterruptedException {
    var tally = new Tally();
    var silent = Screen.silent(new PrintWriter(java.io.Writer.nullWriter()));
    var talk =
        new RoomTalk(
            "warm/up",
            new Start.Last(1),
            true,
            line -> RoomTalk.text("warm/up", line),
            silent,
            tally);
    try (var dialer = new Dialer(null)) {
      var terms = new DialOptions().terms(List.of(JsonCodec.SUBPROTOCOL));
      ClientConnection connection = dialer.connect(uri, terms, talk);
      talk.begin(connection);
      talk.line("hello");
      while (talk.unanswered() > 0 && !connection.ended().isDone()) {
        talk.awaitAnswer(100);
      }
      connection.close(CloseCode.NORMAL, "").join();
    }
  }
}
