package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.server.Configuration;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** The way past picocli leads to the same place. */
class QuickServeTests {
  private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());

  private static String[] words(String line) {
    return line.split(" ");
  }

  private static Configuration byPicocli(String line) {
    var parsed = Main.commandLine().parseArgs(words(line)).subcommand();
    return ((ServeCommand) parsed.commandSpec().userObject()).configuration(NOWHERE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "serve --port 9000 --auth trusting",
        "serve --port=9000 --host=0.0.0.0 --insecure --json",
        "serve -p 0 --set drain.time=30s --set limits.max_rooms=7",
        "serve --data /tmp/x --set=node.name=a=b"
      })
  void theSameWordsMeanTheSame(String line) {
    ServeCommand quick = Objects.requireNonNull(ServeCommand.quick(words(line)));

    assertThat(quick.configuration(NOWHERE)).isEqualTo(byPicocli(line));
  }

  static Stream<OptionSpec> options() {
    var serve = Objects.requireNonNull(Main.commandLine().getSubcommands().get("serve"));
    return serve.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp());
  }

  @ParameterizedTest
  @MethodSource("options")
  void everyOptionIsUnderstood(OptionSpec option) {
    for (String name : option.names()) {
      String value = name.equals("--set") ? " a=b" : option.arity().max() == 0 ? "" : " 1";

      assertThat(ServeCommand.quick(words("serve " + name + value))).as(name).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connect ws://localhost",
        "serve --help",
        "serve --prot 1",
        "serve --port",
        "serve --port 1 --port 2",
        "serve --port -1",
        "serve --set drain",
        "serve --json=x",
        "serve @file",
        "serve more"
      })
  void whatIsNotPlainlyRightIsLeftToPicocli(String line) {
    assertThat(ServeCommand.quick(words(line))).isNull();
  }

  @Test
  void nothingIsLeftToPicocliToo() {
    assertThat(ServeCommand.quick(new String[0])).isNull();
  }
}
