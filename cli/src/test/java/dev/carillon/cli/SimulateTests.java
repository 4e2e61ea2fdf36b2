package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulateTests {
  @Test
  void theLastLineSaysWhatWasRunAndTheSameSeedSaysTheSame() {
    Cli first = Cli.run("", "simulate", "--seed", "7", "--steps", "1000", "--mode", "storm");
    Cli second = Cli.run("", "simulate", "--seed", "7", "--steps", "1000", "--mode", "storm");

    assertThat(first.exit()).isZero();
    assertThat(first.out().lines().reduce("", (before, line) -> line))
        .matches("[0-9]+ events, 1 seeds, 0 violations, trace [0-9a-f]{16}");
    assertThat(second).isEqualTo(first);
  }

  @Test
  void aModeThatThereIsNotIsAMisuse() {
    Cli run = Cli.run("", "simulate", "--mode", "sunny");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("sunny");
  }

  @Test
  void jsonIsOneLine() {
    Cli run = Cli.run("", "simulate", "--steps", "500", "--mode", "calm", "--json");

    assertThat(run.out().lines())
        .singleElement()
        .asString()
        .contains("\"operation\":\"simulate\"", "\"violations\":0");
  }
}
