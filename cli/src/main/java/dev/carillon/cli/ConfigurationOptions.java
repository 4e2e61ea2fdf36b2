package dev.carillon.cli;

import dev.carillon.server.Configuration;
import dev.carillon.server.ConfigurationException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command is told its configuration. */
final class ConfigurationOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration, in YAML. Also: $CARILLON_CONFIG.")
  private @Nullable Path file;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "The port to listen on; 0 takes a free one and prints it.")
  private @Nullable String port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on: 127.0.0.1 for this machine, 0.0.0.0 for all.")
  private @Nullable String host;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other setting, such as drain.time=30s. Can be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Options of one command only, that are settings all the same. */
  private final List<Configuration.Override> further = new ArrayList<>();

  /**
   * Takes an option as it was written on the command line.
   *
   * @return false when it is none of these, was given before, or has no such value
   */
  boolean take(String name, String value) {
    int equals = value.indexOf('=');
    switch (name) {
      case "-c", "--config" -> {
        boolean first = file == null;
        file = Path.of(value);
        return first;
      }
      case "-p", "--port" -> {
        boolean first = port == null;
        port = value;
        return first;
      }
      case "--host" -> {
        boolean first = host == null;
        host = value;
        return first;
      }
      case "--set" -> {
        return equals > 0
            && settings.put(value.substring(0, equals), value.substring(equals + 1)) == null;
      }
      default -> {
        return false;
      }
    }
  }

  /** Notes an option of the command's own, if it was given. */
  void also(String option, String path, @Nullable Object value) {
    if (value != null) {
      further.add(new Configuration.Override(option, path, value.toString()));
    }
  }

  /**
   * Reads the configuration; what is ignored is said on {@code err}.
   *
   * @param defaults what holds where nothing is said
   * @throws Failure with every flaw, a line each
   */
  Configuration load(Configuration defaults, PrintWriter err) {
    also("--port", "listen.port", port);
    also("--host", "listen.host", host);
    var overrides = new ArrayList<Configuration.Override>();
    settings.forEach(
        (key, value) -> overrides.add(new Configuration.Override("--set " + key, key, value)));
    overrides.addAll(further);
    String named = System.getenv(Configuration.FILE_VARIABLE);
    Path from = file == null && named != null ? Path.of(named) : file;
    try {
      Configuration.Loaded loaded = Configuration.load(defaults, from, System.getenv(), overrides);
      loaded.warnings().forEach(warning -> err.println("carillon: " + warning));
      return loaded.configuration();
    } catch (ConfigurationException wrong) {
      throw new Failure(
          Exit.MISUSE,
          "the configuration is wrong, so nothing was started:\n  "
              + String.join("\n  ", wrong.flaws()));
    }
  }
}
