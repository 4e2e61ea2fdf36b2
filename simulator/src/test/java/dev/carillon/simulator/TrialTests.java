package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Seeds of the whole stack: nothing is broken, and another JVM sees the same. */
class TrialTests {
  private static final int SEEDS = 300;
  private static final int STEPS = 10_000;

  @Test
  @Tag("fuzz")
  void threeHundredSeedsBreakNothingAndAreTheSameInAnotherJvm() throws Exception {
    keep(1, SEEDS);
  }

  @Test
  @Tag("full")
  void threeThousandMoreBreakNothingEither() throws Exception {
    keep(SEEDS + 1, 10 * SEEDS);
  }

  @Test
  void aRunWithoutFaultsTellsOfNoLoss() {
    Trial.Result calm = Trial.run(1, 5_000, Mode.CALM);

    assertThat(calm.violations()).isEmpty();
    assertThat(calm.faults()).isZero();
    assertThat(calm.delivered()).isGreaterThan(500);
  }

  @Test
  void theSameSeedIsTheSameRunAndAnotherIsNot() {
    assertThat(Trial.run(5, 3_000, Mode.STORM)).isEqualTo(Trial.run(5, 3_000, Mode.STORM));
    assertThat(Trial.run(5, 3_000, Mode.STORM).hash())
        .isNotEqualTo(Trial.run(6, 3_000, Mode.STORM).hash());
  }

  private static void keep(int first, int seeds) throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                TrialTests.class.getName(),
                Integer.toString(first),
                Integer.toString(seeds))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> hashes = new ArrayList<>();
    long delivered = 0;
    try (BufferedReader lines = other.inputReader()) {
      for (long seed = first; seed < first + seeds; seed++) {
        Trial.Result result = Trial.run(seed, STEPS, Mode.of(seed));
        assertThat(result.violations()).as("seed %d, %s", seed, result.mode()).isEmpty();
        delivered += result.delivered();
        hashes.add(Long.toHexString(result.hash()));
      }
      assertThat(lines.lines().toList()).isEqualTo(hashes);
      assertThat(other.waitFor()).isZero();
    } finally {
      other.destroyForcibly();
    }
    assertThat(delivered).isGreaterThan(seeds * 500L); // nothing proves nothing
  }

  /** The other JVM: prints the hash of each seed. */
  public static void main(String[] arguments) {
    long first = Long.parseLong(arguments[0]);
    for (long seed = first; seed < first + Long.parseLong(arguments[1]); seed++) {
      System.out.println(Long.toHexString(Trial.run(seed, STEPS, Mode.of(seed)).hash()));
    }
  }
}
