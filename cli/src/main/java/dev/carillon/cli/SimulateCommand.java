package dev.carillon.cli;

import dev.carillon.simulator.Mode;
import dev.carillon.simulator.Trial;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the simulator. */
@Command(
    name = "simulate",
    description = "Runs server and clients on a simulated network, from a seed.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon simulate --seed 77 --steps 10000 --mode storm",
      "  carillon simulate --seed 1 --seeds 300",
      "",
      "The same seed, steps and mode give the same run, with the same trace hash. A seed that",
      "breaks a promise prints the line that plays it again. Exit code 3 says that one did."
    })
final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The first seed; 1 when not said.")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many seeds, one after the other; 1 when not said.")
  private int seeds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Events in a run, before what it takes to settle; 10000 when not said.")
  private int steps;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "safety, liveness, storm or calm; by the seed when not said.")
  private @Nullable Mode mode;

  @Option(names = "--json", description = "Prints one line of JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (seeds < 1 || steps < 1) {
      throw new ParameterException(spec.commandLine(), "--seeds and --steps must be at least 1.");
    }
    PrintWriter out = spec.commandLine().getOut();
    long events = 0;
    long hash = 0;
    int violations = 0;
    for (long next = seed; next < seed + seeds; next++) {
      Trial.Result result = Trial.run(next, steps, mode == null ? Mode.of(next) : mode);
      events += result.events();
      hash = hash * 31 + result.hash();
      violations += result.violations().size();
      if (!result.violations().isEmpty() && !json) {
        show(result, out);
      }
    }
    end(out, events, violations, hash);
    return violations == 0 ? Exit.DONE : Exit.BROKEN;
  }

  private void show(Trial.Result result, PrintWriter out) {
    String name = result.mode().name().toLowerCase(Locale.ROOT);
    result.violations().forEach(words -> out.println("seed " + result.seed() + ": " + words));
    out.println(
        "again with: carillon simulate --seed %d --steps %d --mode %s"
            .formatted(result.seed(), steps, name));
    out.flush();
  }

  private void end(PrintWriter out, long events, int violations, long hash) {
    String trace = "%016x".formatted(hash);
    if (json) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("events", events);
      figures.put("seeds", seeds);
      figures.put("violations", violations);
      figures.put("trace", trace);
      String status = violations == 0 ? "ok" : "violated";
      out.println(new Report("simulate", "seed " + seed, status, null, figures, null).json());
    } else {
      out.println(
          "%d events, %d seeds, %d violations, trace %s"
              .formatted(events, seeds, violations, trace));
    }
    out.flush();
  }
}
