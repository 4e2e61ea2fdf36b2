package dev.carillon.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page on which the figures stand. */
final class Page {
  private static final String BEGIN = "<!-- measured: benchmarks/run writes what follows -->\n";
  private static final String END = "<!-- measured: end -->\n";

  private Page() {}

  /** Puts the figures where those of the last run stand. */
  static void write(Path page, String figures) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + " does not say where the figures stand");
    }
    Files.writeString(
        page, text.substring(0, begin + BEGIN.length()) + figures + text.substring(end));
  }

  /** The machine's shape, without its name. */
  static String machine() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown processor");
    String memory = Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D", "");
    return "%d cores of %s, %d GiB, %s %s, Java %s"
        .formatted(
            Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("processor"))
                .count(),
            model,
            Math.round(Long.parseLong(memory) / 1048576.0),
            System.getProperty("os.name"),
            System.getProperty("os.version").replaceFirst("-.*", ""),
            Runtime.version());
  }
}
