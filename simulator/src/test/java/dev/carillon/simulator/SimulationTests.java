package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTests {
  private static final int SEEDS = 150;
  private static final int STEPS = 4_000;

  @Test
  void everySeedKeepsTheInvariantsAndRepeatsItself() {
    long delivered = 0;
    long acknowledged = 0;
    long answered = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Simulation.Outcome outcome = Simulation.run(seed, STEPS);
      assertThat(outcome.violations()).as("seed %d", seed).isEmpty();
      if (seed % 10 == 0) {
        assertThat(Simulation.run(seed, STEPS)).as("seed %d again", seed).isEqualTo(outcome);
      }
      delivered += outcome.delivered();
      acknowledged += outcome.acknowledged();
      answered += outcome.answered();
    }
    // A run in which nothing happens proves nothing.
    assertThat(delivered).isGreaterThan(SEEDS * 100L);
    assertThat(acknowledged).isGreaterThan(SEEDS * 20L);
    assertThat(answered).isGreaterThan(SEEDS * 5L);
  }
}
