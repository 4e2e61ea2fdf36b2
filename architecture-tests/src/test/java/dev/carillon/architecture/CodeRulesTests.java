package dev.carillon.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * That the rules notice what they forbid: a rule that never fails would look like one that holds.
 */
class CodeRulesTests {
  private static final Predicate<JavaClass> ALL = type -> true;

  static final class Punctual {
    static final Supplier<Instant> BY_REFERENCE = Instant::now;

    static long byCall() {
      return System.nanoTime();
    }
  }

  static final class Moody {
    final Random random = new Random(1);
  }

  static final class Talkative {
    static void talk() {
      System.out.println();
    }
  }

  static final class Mute {
    static void fail() {
      throw new RuntimeException("something");
    }
  }

  static final class Telling extends RuntimeException {
    private static final long serialVersionUID = 1;

    Telling() {
      super("what happened");
    }

    static void fail() {
      throw new Telling();
    }
  }

  static final class RoomManager {}

  @Test
  void aClockIsNoticedWhenCalledAndWhenReferredTo() {
    assertThat(violations(CodeRules.noClocksChanceOrThreads(ALL), Punctual.class))
        .contains("Instant.now")
        .contains("System.nanoTime");
  }

  @Test
  void aGeneratorOfOnesOwnIsNoticed() {
    assertThat(violations(CodeRules.noClocksChanceOrThreads(ALL), Moody.class)).contains("Random");
  }

  @Test
  void printingIsNoticed() {
    assertThat(violations(CodeRules.noStandardStreams(ALL), Talkative.class))
        .contains("System.out");
  }

  @Test
  void aBareExceptionIsNoticedAndOneWithATypeIsNot() {
    assertThat(violations(CodeRules.noBareExceptions(ALL), Mute.class))
        .contains("RuntimeException");
    assertThat(violations(CodeRules.noBareExceptions(ALL), Telling.class)).isEmpty();
  }

  @Test
  void aVagueNameIsNoticedAndAPlainOneIsNot() {
    assertThat(violations(CodeRules.noVagueNames(ALL), RoomManager.class)).contains("RoomManager");
    assertThat(violations(CodeRules.noVagueNames(ALL), Talkative.class)).isEmpty();
  }

  @Test
  void aDependencyIsNoticed() {
    ArchRule rule =
        CodeRules.noDependency(ALL, "tell time", type -> type.isEquivalentTo(Instant.class));

    assertThat(violations(rule, Punctual.class)).contains("Instant");
    assertThat(violations(rule, Mute.class)).isEmpty();
  }

  private static String violations(ArchRule rule, Class<?> code) {
    var result = rule.evaluate(new ClassFileImporter().importClasses(code));
    return String.join("\n", result.getFailureReport().getDetails());
  }
}
