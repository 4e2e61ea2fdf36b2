package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator finds mistakes: each of these, planted in the sources, within 500 seeds. */
class PlantedBugTests {
  private static final int SEEDS = 500;
  private static final int STEPS = 4_000;

  static Stream<PlantedBug> quick() {
    return PlantedBug.ALL.stream().filter(PlantedBug::quick);
  }

  static Stream<PlantedBug> others() {
    return PlantedBug.ALL.stream().filter(bug -> !bug.quick());
  }

  @ParameterizedTest
  @MethodSource("quick")
  void itIsFound(PlantedBug bug) throws Exception {
    find(bug);
  }

  @ParameterizedTest
  @MethodSource("others")
  @Tag("full")
  void itIsFoundToo(PlantedBug bug) throws Exception {
    find(bug);
  }

  @Test
  void thereAreTwentyEight() {
    assertThat(PlantedBug.ALL).hasSize(28);
    assertThat(quick()).hasSize(10);
  }

  private static void find(PlantedBug bug) throws Exception {
    try (PatchedClasses patched = PatchedClasses.with(bug)) {
      Class<?> trial = patched.loadClass(Trial.class.getName());
      Class<?> modes = patched.loadClass(Mode.class.getName());
      Method run = trial.getMethod("run", long.class, int.class, modes);
      Method of = modes.getMethod("of", long.class);
      for (long seed = 1; seed <= SEEDS; seed++) {
        Object result = run.invoke(null, seed, STEPS, of.invoke(null, seed));
        Method violations = result.getClass().getMethod("violations");
        if (violations.invoke(result) instanceof List<?> found && !found.isEmpty()) {
          System.out.println(bug + ": seed " + seed + ": " + found.getFirst());
          return;
        }
      }
      throw new AssertionError("not found within " + SEEDS + " seeds: " + bug);
    }
  }
}
