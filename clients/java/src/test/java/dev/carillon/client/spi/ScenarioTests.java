package dev.carillon.client.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every client does, played on this one's state machine. */
class ScenarioTests {
  static List<Scenario> scenarios() throws IOException {
    return Scenario.all();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void theMachineDoesWhatTheScenarioSays(Scenario scenario) {
    new Player(scenario).play();
  }

  @Test
  void thereAreScenarios() throws IOException {
    assertThat(Scenario.all()).hasSizeGreaterThan(60);
  }
}
