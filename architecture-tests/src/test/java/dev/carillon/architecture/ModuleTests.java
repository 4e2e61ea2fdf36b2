package dev.carillon.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.architecture.Reactor.Built;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the module descriptors say, and what only the class path needs beside them. */
class ModuleTests {
  static final List<Built> MODULES = Reactor.modules();

  @ParameterizedTest
  @FieldSource("MODULES")
  void everyModuleHasItsPlaceAmongTheArrows(Built module) {
    assertThat(Arrows.knows(module.folder())).as("Arrows.java knows %s", module).isTrue();
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void requiresOnlyWhatItsArrowsAllow(Built module) {
    Set<String> allowed =
        MODULES.stream()
            .filter(other -> Arrows.from(module.folder()).contains(other.folder()))
            .map(other -> other.descriptor().name())
            .collect(Collectors.toSet());

    assertThat(module.descriptor().requires())
        .extracting(Requires::name)
        .filteredOn(name -> name.startsWith("dev.carillon."))
        .isSubsetOf(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "wire", "core"})
  void theInnermostModulesRequireNothingButTheBaseOfTheJdk(String folder) {
    Set<Requires> required = module(folder).descriptor().requires();

    assertThat(required)
        .filteredOn(one -> !one.modifiers().contains(Requires.Modifier.STATIC))
        .extracting(Requires::name)
        .containsExactly("java.base");
    assertThat(required)
        .filteredOn(one -> one.modifiers().contains(Requires.Modifier.STATIC))
        .extracting(Requires::name)
        .containsExactly("org.jspecify");
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "wire", "clients/java"})
  void whatClientsUseRunsOnJava21(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(module(folder).classes())) {
      assertThat(files.filter(file -> file.toString().endsWith(".class")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(majorVersion(file)).isEqualTo(65));
    }
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void exportsOnePackageAndWhatOthersImplement(Built module) {
    List<String> exported =
        module.descriptor().exports().stream()
            .filter(one -> !one.isQualified())
            .map(one -> one.source())
            .sorted()
            .toList();

    assertThat(exported.stream().map(name -> name.replaceFirst("\\.spi$", "")).distinct())
        .hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void everyModuleIsNullMarked(Built module) throws IOException {
    assertThat(Files.readString(module.sources().resolve("module-info.java")))
        .containsPattern("(?m)^@(org\\.jspecify\\.annotations\\.)?NullMarked$");
  }

  /** Users run from the class path too, where only the files count. */
  @ParameterizedTest
  @FieldSource("MODULES")
  void serviceFilesSayWhatTheDescriptorProvides(Built module) throws IOException {
    var provided = new TreeSet<String>();
    for (var provides : module.descriptor().provides()) {
      provides.providers().forEach(provider -> provided.add(provides.service() + " " + provider));
    }

    assertThat(serviceFiles(module)).isEqualTo(provided);
  }

  private static TreeSet<String> serviceFiles(Built module) throws IOException {
    var found = new TreeSet<String>();
    Path folder = module.classes().resolve("META-INF/services");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.readAllLines(file).stream()
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .forEach(line -> found.add(file.getFileName() + " " + line));
        }
      }
    }
    return found;
  }

  private static Built module(String folder) {
    return MODULES.stream().filter(one -> one.folder().equals(folder)).findFirst().orElseThrow();
  }

  private static int majorVersion(Path classFile) throws IOException {
    try (var bytes = new java.io.DataInputStream(Files.newInputStream(classFile))) {
      bytes.readInt();
      bytes.readUnsignedShort();
      return bytes.readUnsignedShort();
    }
  }
}
