package dev.carillon.cli;

import dev.carillon.broker.sqlite.StoreBackup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies the store of a server, also of one that runs. */
@Command(
    name = "backup",
    description = "Copies a store as it is at one moment; its server may run meanwhile.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon backup --data /var/lib/carillon /backup/monday.db",
      "",
      "To go back to it: end the server, empty the directory, copy the backup there as",
      "carillon.db, start the server."
    })
final class BackupCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The directory of the store, as in serve --data.")
  private Path directory;

  @Parameters(paramLabel = "TARGET", description = "The file to write; it must not be there yet.")
  private Path target;

  @Option(names = "--json", description = "Prints one line of JSON.")
  private boolean json;

  @Override
  public Integer call() {
    long messages;
    try {
      messages = StoreBackup.copy(directory, target);
    } catch (IOException failed) {
      throw new Failure(Exit.NOT_CONNECTED, String.valueOf(failed.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    var figures = Map.<String, Object>of("messages", messages);
    out.println(
        json
            ? new Report("backup", target.toString(), "ok", null, figures, null).json()
            : "%s holds %d messages".formatted(target, messages));
    out.flush();
    return Exit.DONE;
  }
}
