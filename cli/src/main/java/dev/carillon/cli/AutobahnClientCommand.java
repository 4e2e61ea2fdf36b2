package dev.carillon.cli;

import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.Utf8;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets the Autobahn suite's fuzzing server test the client side of the engine and transport. */
@Command(
    name = "autobahn-client",
    hidden = true,
    description = "Runs every case that an Autobahn fuzzing server offers, then has it report.",
    mixinStandardHelpOptions = true)
final class AutobahnClientCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "URL", description = "The fuzzing server.")
  private String url = "";

  @Option(names = "--agent", paramLabel = "NAME", description = "Default: ${DEFAULT-VALUE}.")
  private String agent = "carillon";

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    URI base = DialOptions.address(url, "/");
    try (var dialer = new Dialer(null)) {
      var counted = new CaseCount();
      dialer.connect(base.resolve("/getCaseCount"), terms(), counted).ended().join();
      int count = counted.count.join();
      for (int i = 1; i <= count; i++) {
        dialer
            .connect(base.resolve("/runCase?case=" + i + "&agent=" + agent), terms(), Handler.ECHO)
            .ended()
            .join();
      }
      dialer
          .connect(base.resolve("/updateReports?agent=" + agent), terms(), Handler.ECHO)
          .ended()
          .join();
      out.println(count + " cases run");
    }
    return Exit.DONE;
  }

  private static ClientTerms terms() {
    return new ClientTerms(List.of(), DeflateTerms.LARGEST, null, HttpFields.NONE);
  }

  /** Takes the one message that says how many cases there are. */
  private static final class CaseCount implements Handler {
    private final CompletableFuture<Integer> count = new CompletableFuture<>();

    @Override
    public void text(Link link, Utf8 text) {
      count.complete(Integer.valueOf(text.toString()));
    }

    @Override
    public void binary(Link link, ByteBuffer payload) {}

    @Override
    public void closed(Link link, dev.carillon.websocket.CloseCode code, String reason) {
      count.completeExceptionally(
          new Failure(Exit.BROKEN, "the fuzzing server did not say how many cases it has"));
    }
  }
}
