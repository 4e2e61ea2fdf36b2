package dev.carillon.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command tree. Confined to the thread that runs {@code main}. */
@Command(
    name = "carillon",
    description = "A real-time messaging server, and tools for any WebSocket.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      ConnectCommand.class,
      PublishCommand.class,
      ExplainCommand.class,
      BenchCommand.class,
      TokenCommand.class,
      SimulateCommand.class,
      BackupCommand.class,
      EchoCommand.class,
      AutobahnClientCommand.class,
      WarmUpCommand.class,
      VersionCommand.class
    },
    exitCodeListHeading = "%nExit codes%n",
    exitCodeList = {
      "0:done",
      "1:could not start or connect",
      "2:the command line or the configuration is wrong",
      "3:the connection broke, or was closed with an error",
      "4:the server refused what was asked",
      "5:no answer came in time"
    },
    footerHeading = "%nTry%n",
    footer = {
      "  carillon serve",
      "  carillon connect ws://localhost:8080 chat/lobby     (in two terminals)",
      "  carillon help connect"
    })
final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand("help", new CommandLine.HelpCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::failed);
  }

  public static void main(String[] arguments) throws InterruptedException {
    ServeCommand quick = ServeCommand.quick(arguments);
    System.exit(quick == null ? commandLine().execute(arguments) : serve(quick));
  }

  private static int serve(ServeCommand command) throws InterruptedException {
    var err = new PrintWriter(System.err, true);
    try {
      return command.run(new PrintWriter(System.out, true), err);
    } catch (Failure known) {
      return told(known, err);
    }
  }

  /** Called when no command was named. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (failure instanceof Failure known) {
      return told(known, command.getErr());
    }
    throw failure;
  }

  private static int told(Failure failure, PrintWriter err) {
    err.println("carillon: " + failure.getMessage());
    return failure.exit();
  }
}
