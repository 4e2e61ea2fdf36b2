package dev.carillon.cli;

import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Server;
import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Start;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Does once what a server and a client do when they start, so that the JVM can note what that loads
 * and links (its AOT cache). The launcher runs it after a build.
 */
@Command(name = "warm-up", hidden = true, description = "Trains the cache for quick starts.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int PLAIN = 20;
  private static final int MESSAGES = 200;
  private static final int PATIENCE_SECONDS = 10;

  /** By then a server has also done what it leaves for later when it starts. */
  private static final long LATER_MILLIS = 2000;

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
      String address = "ws://127.0.0.1:" + server.port();
      try (var dialer = new Dialer(null)) {
        talk(dialer, URI.create(address + "/ws"));
        chat(dialer, URI.create(address + "/rooms/warm/up"));
        TimeUnit.MILLISECONDS.sleep(LATER_MILLIS);
        chat(dialer, URI.create(address + "/rooms/warm/up"));
      }
    }
    return Exit.DONE;
  }

  private static void talk(Dialer dialer, URI uri) throws InterruptedException {
    var tally = new Tally();
    var silent = Screen.silent(new PrintWriter(java.io.Writer.nullWriter()));
    var talk =
        new RoomTalk(
            "warm/up",
            new RoomTalk.Reading(new Start.Last(1), null, null),
            line -> RoomTalk.text("warm/up", line),
            silent,
            tally);
    var terms = new DialOptions().terms(List.of(JsonCodec.SUBPROTOCOL));
    ClientConnection connection = dialer.connect(uri, terms, talk);
    talk.begin(connection);
    talk.line("hello");
    while (talk.unanswered() > 0 && !connection.ended().isDone()) {
      talk.awaitAnswer(100);
    }
    connection.close(CloseCode.NORMAL, "").join();
  }

  /** Plain connections in a room, and what one of them says. */
  private static void chat(Dialer dialer, URI uri) throws InterruptedException {
    var left = new CountDownLatch(PLAIN * MESSAGES);
    var terms = new DialOptions().terms(List.of());
    var connections = new ArrayList<ClientConnection>();
    for (int i = 0; i < PLAIN; i++) {
      connections.add(dialer.connect(uri, terms, counting(left)));
    }
    for (int i = 0; i < MESSAGES; i++) {
      connections.getFirst().text("hello");
    }
    left.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    connections.forEach(connection -> connection.close(CloseCode.NORMAL, "").join());
  }

  private static Handler counting(CountDownLatch left) {
    return new Handler() {
      @Override
      public void text(Link link, Utf8 text) {
        left.countDown();
      }

      @Override
      public void binary(Link link, ByteBuffer payload) {
        left.countDown();
      }
    };
  }
}
