package dev.carillon.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.carillon.architecture.Reactor.Built;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What module descriptors cannot say, read from the class files of every module at once. */
class CodeTests {
  static final List<Built> MODULES = Reactor.modules();

  private static final JavaClasses CODE =
      new ClassFileImporter().importPaths(MODULES.stream().map(Built::classes).toList());

  @Test
  void theRulesSeeTheWholeProject() {
    assertThat(CODE.size()).isGreaterThan(100);
    assertThat(MODULES).allSatisfy(module -> assertThat(CODE).anyMatch(in(module.folder())));
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void dependenciesFollowTheArrows(Built module) {
    Set<String> allowed = Arrows.from(module.folder());
    Predicate<JavaClass> forbidden =
        type ->
            MODULES.stream()
                .filter(other -> other.has(type.getPackageName()))
                .anyMatch(other -> !other.equals(module) && !allowed.contains(other.folder()));

    CodeRules.noDependency(in(module.folder()), "are out of reach of " + module, forbidden)
        .check(CODE);
  }

  @Test
  void onlyTheTransportKnowsNetty() {
    CodeRules.noDependency(
            in("transport-netty").negate(),
            "belong to Netty",
            type -> type.getPackageName().startsWith("io.netty"))
        .check(CODE);
  }

  @Test
  void packagesHaveNoCycles() {
    CodeRules.noCycles().check(CODE);
  }

  @Test
  void namesSayWhatThingsAre() {
    CodeRules.noVagueNames(type -> true).check(CODE);
  }

  @Test
  void whatRunsUnderTheSimulatorIsHandedItsTimeItsChanceAndItsThreads() {
    Predicate<JavaClass> simulated =
        in("websocket")
            .or(in("wire"))
            .or(in("core"))
            .or(in("connection"))
            .or(in("protocols/"))
            .or(type -> type.getPackageName().equals("dev.carillon.client.spi"));

    CodeRules.noClocksChanceOrThreads(simulated).check(CODE);
  }

  @Test
  void onlyTheCommandLinePrints() {
    CodeRules.noStandardStreams(in("cli").negate()).check(CODE);
  }

  @Test
  void exceptionsSayByTheirTypeWhatHappened() {
    CodeRules.noBareExceptions(type -> true).check(CODE);
  }

  /** A folder that ends in a slash stands for all modules below it. */
  private static Predicate<JavaClass> in(String folder) {
    List<Built> picked =
        MODULES.stream()
            .filter(
                module ->
                    folder.endsWith("/")
                        ? module.folder().startsWith(folder)
                        : module.folder().equals(folder))
            .toList();
    return type -> picked.stream().anyMatch(module -> module.has(type.getPackageName()));
  }
}
