package dev.carillon.cli;

import dev.carillon.server.Carillon;
import dev.carillon.server.CarillonException;
import dev.carillon.server.Configuration;
import dev.carillon.server.Server;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a server until it is told to end. */
@Command(
    name = "serve",
    description = "Starts a server.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon serve",
      "  carillon serve --port 9000 --auth trusting",
      "  carillon serve --data /var/lib/carillon",
      "  carillon serve --host 0.0.0.0 --jwt-key chat.key     (see carillon token)",
      "  carillon serve --config carillon.yaml --set drain.time=30s",
      "",
      "The settings are described in docs/reference/configuration.md."
    })
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigurationOptions options = new ConfigurationOptions();

  @Option(
      names = "--auth",
      paramLabel = "MODE",
      description =
          "Who clients are: anonymous, trusting (believes ?user=alice), or jwt (asks for a token).")
  private @Nullable String auth;

  @Option(
      names = "--jwt-key",
      paramLabel = "FILE",
      description =
          "Lets in only who brings a token that this key signed: a secret, or a public key in PEM.")
  private @Nullable Path jwtKey;

  @Option(
      names = "--jwks",
      paramLabel = "ADDRESS",
      description = "As --jwt-key, with the keys at an https address or in a file.")
  private @Nullable String jwks;

  @Option(
      names = "--insecure",
      description = "Lets everybody in even where the address can be reached from elsewhere.")
  private boolean insecure;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keeps rooms in this directory, so that they survive a restart.")
  private @Nullable Path directory;

  @Option(names = "--json", description = "Prints one line of JSON once it listens.")
  private boolean json;

  /**
   * The command that the usual arguments of {@code serve} ask for, understood without picocli. Its
   * class files are so old that no AOT cache takes them, and reading them was nearly half of a
   * start.
   *
   * @return null where they are anything but plainly right: then picocli says what is wrong
   */
  static @Nullable ServeCommand quick(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("serve")) {
      return null;
    }
    var command = new ServeCommand();
    for (int i = 1; i < arguments.length; i++) {
      String argument = arguments[i];
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (equals < 0 && command.takeFlag(name)) {
        continue;
      }
      if (equals < 0 && i + 1 == arguments.length) {
        return null;
      }
      String value = equals < 0 ? arguments[++i] : argument.substring(equals + 1);
      boolean plain = !value.isEmpty() && "-@\"'".indexOf(value.charAt(0)) < 0;
      if (!plain || !command.take(name, value) && !command.options.take(name, value)) {
        return null;
      }
    }
    return command;
  }

  private boolean takeFlag(String name) {
    switch (name) {
      case "--insecure" -> insecure = true;
      case "--json" -> json = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean take(String name, String value) {
    if (name.equals("--auth") && auth == null) {
      auth = value;
    } else if (name.equals("--data") && directory == null) {
      directory = Path.of(value);
    } else if (name.equals("--jwt-key") && jwtKey == null) {
      jwtKey = Path.of(value);
    } else if (name.equals("--jwks") && jwks == null) {
      jwks = value;
    } else {
      return false;
    }
    return true;
  }

  @Override
  public Integer call() throws InterruptedException {
    return run(spec.commandLine().getOut(), spec.commandLine().getErr());
  }

  Configuration configuration(PrintWriter err) {
    options.also("--auth", "auth.mode", auth);
    String locked = jwtKey != null || jwks != null ? "jwt" : null;
    options.also("--jwt-key or --jwks", "auth.mode", auth == null ? locked : null);
    options.also("--jwt-key", "auth.jwt.key", jwtKey);
    options.also("--jwks", "auth.jwt.jwks", jwks);
    options.also("--insecure", "auth.insecure", insecure ? "true" : null);
    options.also("--data", "broker.name", directory == null ? null : "sqlite");
    options.also("--data", "broker.settings.directory", directory);
    return options.load(Configuration.DEFAULT, err);
  }

  int run(PrintWriter out, PrintWriter err) throws InterruptedException {
    Configuration configuration = configuration(err);
    Logs.configure(configuration.logging());
    Server server;
    try {
      server = Carillon.server(configuration).listen();
    } catch (CarillonException refused) {
      throw new Failure(Exit.NOT_CONNECTED, String.valueOf(refused.getMessage()));
    }
    var screen = new StartScreen(configuration, server.port());
    out.println(json ? started(screen).json() : screen.text());
    out.flush();
    HeapWatch.start();
    // Told to end, a JVM reports the signal as its exit code; this end is a good one.
    Ending.onSignal(server::close);
    server.awaitClosed();
    return Exit.DONE;
  }

  private static Report started(StartScreen screen) {
    return new Report("serve", screen.socketAddress(), "listening", null, Map.of(), null);
  }
}
