package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTests {
  @Test
  void helpShowsTheUsageAndSucceeds() {
    var out = new StringWriter();

    int exit = Main.commandLine().setOut(new PrintWriter(out)).execute("--help");

    assertThat(exit).isZero();
    assertThat(out.toString()).contains("Usage: carillon");
  }

  @Test
  void noCommandIsAMisuseWithTheUsageShown() {
    var err = new StringWriter();

    int exit = Main.commandLine().setErr(new PrintWriter(err)).execute();

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("Name a command.").contains("Usage: carillon");
  }
}
