package dev.carillon.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** The modules that the root pom builds, as they lie compiled on the disk. */
final class Reactor {
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Path ROOT = root();

  private Reactor() {}

  /** A module with code: its folder, as {@code protocols/plain}, and its compiled descriptor. */
  record Built(String folder, ModuleDescriptor descriptor) {
    Path classes() {
      return ROOT.resolve(folder, "target/classes");
    }

    Path sources() {
      return ROOT.resolve(folder, "src/main/java");
    }

    boolean has(String packageName) {
      return descriptor.packages().contains(packageName);
    }

    @Override
    public String toString() {
      return folder;
    }
  }

  static List<Built> modules() {
    try {
      return MODULE
          .matcher(Files.readString(ROOT.resolve("pom.xml")))
          .results()
          .map(match -> match.group(1))
          .filter(folder -> Files.exists(ROOT.resolve(folder, "src/main/java/module-info.java")))
          .map(folder -> new Built(folder, descriptor(folder)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModuleDescriptor descriptor(String folder) {
    return ModuleFinder.of(ROOT.resolve(folder, "target/classes")).findAll().stream()
        .map(found -> found.descriptor())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(folder + " is not compiled: mvn package"));
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("carillon"))) {
      folder = Objects.requireNonNull(folder.getParent(), "not below a checkout of Carillon");
    }
    return folder;
  }
}
