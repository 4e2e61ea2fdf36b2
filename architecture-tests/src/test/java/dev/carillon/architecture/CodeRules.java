package dev.carillon.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The rules themselves, each applied to the classes that a predicate picks. */
final class CodeRules {
  private static final Pattern VAGUE_TYPE =
      Pattern.compile("(Abstract|Base)[A-Z].*|.*(Impl|Managers?|Utils?|Helpers?|Data|Info)");
  private static final Pattern VAGUE_PACKAGE =
      Pattern.compile("(internal|utils?|common|helpers?|impl|misc)");

  private static final Set<String> CLOCKS_CHANCE_AND_THREADS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Math.random",
          "java.lang.Thread.<init>",
          "java.lang.Thread.ofPlatform",
          "java.lang.Thread.ofVirtual",
          "java.lang.Thread.sleep",
          "java.lang.Thread.startVirtualThread",
          "java.security.SecureRandom.<init>",
          "java.time.Clock.systemDefaultZone",
          "java.time.Clock.systemUTC",
          "java.time.InstantSource.system",
          "java.util.Random.<init>",
          "java.util.SplittableRandom.<init>",
          "java.util.UUID.randomUUID",
          "java.util.concurrent.ThreadLocalRandom.current");
  private static final Pattern NOW = Pattern.compile("java\\.time\\.\\w+\\.now");
  private static final Pattern EXECUTORS =
      Pattern.compile("java\\.util\\.concurrent\\.Executors\\..*");

  private static final Set<String> STANDARD_STREAMS =
      Set.of("java.lang.System.out", "java.lang.System.err", "java.lang.IO.println");

  private static final Set<String> BARE_EXCEPTIONS =
      Set.of(
          "java.lang.Error.<init>",
          "java.lang.Exception.<init>",
          "java.lang.RuntimeException.<init>",
          "java.lang.Throwable.<init>");

  private CodeRules() {}

  /** They are handed in, so that a simulator can hand in its own. */
  static ArchRule noClocksChanceOrThreads(Predicate<JavaClass> where) {
    return neverTouch(
        where,
        "a clock, randomness or a thread of its own",
        access -> {
          String name = nameOf(access);
          return CLOCKS_CHANCE_AND_THREADS.contains(name)
              || NOW.matcher(name).matches()
              || EXECUTORS.matcher(name).matches();
        });
  }

  static ArchRule noStandardStreams(Predicate<JavaClass> where) {
    return neverTouch(
        where,
        "standard output or error",
        access ->
            STANDARD_STREAMS.contains(nameOf(access))
                || access.getTarget().getName().equals("printStackTrace"));
  }

  /** An exception's own constructor may call its parent's. */
  static ArchRule noBareExceptions(Predicate<JavaClass> where) {
    return neverTouch(
        where,
        "an exception that says nothing by its type",
        access ->
            BARE_EXCEPTIONS.contains(nameOf(access))
                && !access.getOriginOwner().isAssignableTo(access.getTargetOwner().getName()));
  }

  static ArchRule noVagueNames(Predicate<JavaClass> where) {
    return noClasses()
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.be(
                that(
                    "named vaguely",
                    type ->
                        where.test(type)
                            && (VAGUE_TYPE.matcher(type.getSimpleName()).matches()
                                || Pattern.compile("\\.")
                                    .splitAsStream(type.getPackageName())
                                    .anyMatch(part -> VAGUE_PACKAGE.matcher(part).matches())))));
  }

  static ArchRule noDependency(Predicate<JavaClass> from, String what, Predicate<JavaClass> to) {
    return noClasses()
        .that(that("are picked", from))
        .should()
        .dependOnClassesThat(that(what, to))
        .allowEmptyShould(true);
  }

  /**
   * A module's package and its {@code .spi} count as one: the values stand in the first, the
   * interfaces over them in the second.
   */
  static ArchRule noCycles() {
    return slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                return name.startsWith("dev.carillon.")
                    ? SliceIdentifier.of(name.replaceFirst("\\.spi$", ""))
                    : SliceIdentifier.ignore();
              }

              @Override
              public String getDescription() {
                return "packages";
              }
            })
        .should()
        .beFreeOfCycles();
  }

  private static ArchRule neverTouch(
      Predicate<JavaClass> where, String what, Predicate<JavaAccess<?>> forbidden) {
    return noClasses()
        .that(that("are picked", where))
        .should()
        .accessTargetWhere(that("is " + what, forbidden))
        .allowEmptyShould(true);
  }

  private static String nameOf(JavaAccess<?> access) {
    return access.getTargetOwner().getName() + "." + access.getTarget().getName();
  }

  private static <T> DescribedPredicate<T> that(String description, Predicate<T> predicate) {
    return DescribedPredicate.describe(description, predicate);
  }
}
