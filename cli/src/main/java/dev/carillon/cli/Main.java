package dev.carillon.cli;

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
    version = "carillon 0.1.0")
final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** Called when no command was named. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }
}
