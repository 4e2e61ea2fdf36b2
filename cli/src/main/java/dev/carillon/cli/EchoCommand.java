package dev.carillon.cli;

import dev.carillon.server.CarillonException;
import dev.carillon.server.Configuration;
import dev.carillon.server.EchoServer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs an echo server until it is told to end. */
@Command(
    name = "echo",
    description = "Starts a server that sends every message back, to test clients with.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon echo --port 0",
      "  carillon echo --path /echo --subprotocol chat --max-message '1 MiB'",
      "",
      "Limits are wide unless they are given. Sizes are written 64 KiB, times 500ms or 10s."
    })
final class EchoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigurationOptions options;

  @Option(names = "--path", paramLabel = "PATH", description = "The only path that echoes.")
  private @Nullable String path;

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description = "An origin that may connect, such as https://example.org. Default: all.")
  private List<String> origins = List.of();

  @Option(
      names = "--subprotocol",
      paramLabel = "NAME",
      description = "A subprotocol to agree to, the preferred first.")
  private List<String> subprotocols = List.of();

  @Option(names = "--max-message", paramLabel = "SIZE", description = "Default: 64 MiB.")
  private @Nullable String maxMessage;

  @Option(names = "--max-fragments", paramLabel = "COUNT", description = "Default: 10000000.")
  private @Nullable String maxFragments;

  @Option(names = "--handshake-timeout", paramLabel = "TIME", description = "Default: 10s.")
  private @Nullable String handshakeTimeout;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      description = "How long a connection may stay without a message. Default: 0s, for ever.")
  private @Nullable String idleTimeout;

  @Option(names = "--close-timeout", paramLabel = "TIME", description = "Default: 5s.")
  private @Nullable String closeTimeout;

  @Option(names = "--no-compression", description = "Declines permessage-deflate.")
  private boolean noCompression;

  @Option(names = "--json", description = "Prints one line of JSON once it listens.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    options.also("--origin", "origins", origins.isEmpty() ? null : String.join(",", origins));
    options.also("--max-message", "limits.max_message", maxMessage);
    options.also("--max-fragments", "limits.max_fragments", maxFragments);
    options.also("--handshake-timeout", "limits.handshake_timeout", handshakeTimeout);
    options.also("--idle-timeout", "limits.idle_timeout", idleTimeout);
    options.also("--close-timeout", "limits.close_timeout", closeTimeout);
    options.also("--no-compression", "compression.enabled", noCompression ? "false" : null);
    Configuration configuration =
        options.load(EchoServer.CONFIGURATION, spec.commandLine().getErr());
    Logs.configure(configuration.logging());
    EchoServer server;
    try {
      server = EchoServer.start(configuration, new EchoServer.Answers(path, subprotocols));
    } catch (CarillonException refused) {
      throw new Failure(Exit.NOT_CONNECTED, String.valueOf(refused.getMessage()));
    }
    String address =
        new StartScreen(configuration, server.port()).socketAddress() + (path == null ? "/" : path);
    out.println(
        json
            ? new Report("echo", address, "listening", null, Map.of(), null).json()
            : "echo: listening on " + address);
    out.flush();
    Ending.onSignal(server::close);
    new CountDownLatch(1).await();
    return Exit.DONE;
  }
}
