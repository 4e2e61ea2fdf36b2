package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each target of {@link Fuzz}: with the committed seeds, with seeded mutations of them, and, as the
 * long version, with Jazzer, which looks for new paths. A crash becomes a line of the seeds.
 */
class FuzzTests {
  private static final int MUTATIONS = 3000;

  enum Target {
    FRAMES(Fuzz::frames),
    HANDSHAKE(Fuzz::handshake),
    INFLATER(Fuzz::inflater);

    private final Consumer<byte[]> check;

    Target(Consumer<byte[]> check) {
      this.check = check;
    }

    List<byte[]> seeds() throws IOException {
      var name = "fuzz/" + name().toLowerCase(Locale.ROOT) + ".hex";
      var seeds = new ArrayList<byte[]>();
      try (var stream = FuzzTests.class.getResourceAsStream(name)) {
        assertThat(stream).as(name).isNotNull();
        var text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        for (var line : text.split("\n")) {
          if (!line.startsWith("#")) {
            seeds.add(Hex.bytes(line.substring(line.indexOf(':') + 1)));
          }
        }
      }
      return seeds;
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void seedsAndTheirMutationsHoldWhatIsPromised(Target target) throws IOException {
    var seeds = target.seeds();
    assertThat(seeds).hasSizeGreaterThan(4);
    for (var seed : seeds) {
      target.check.accept(seed);
    }
    for (int i = 0; i < MUTATIONS; i++) {
      var random = new Random(Split.SEED + i);
      var input = mutate(random, seeds);
      try {
        target.check.accept(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed %d, turn %d, input %s".formatted(Split.SEED, i, Hex.of(input)), e);
      }
    }
  }

  /** Some bytes flipped, cut out, put in, repeated or taken from another seed. */
  private static byte[] mutate(Random random, List<byte[]> seeds) {
    var bytes = seeds.get(random.nextInt(seeds.size())).clone();
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(bytes.length + 1);
      int to = Math.min(bytes.length, at + random.nextInt(9));
      var other = seeds.get(random.nextInt(seeds.size()));
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> splice(bytes, at, new byte[] {(byte) random.nextInt()}, to);
            case 1 -> splice(bytes, at, new byte[0], to);
            case 2 -> splice(bytes, at, Payloads.noise(random, random.nextInt(12)), at);
            case 3 -> splice(bytes, at, other, bytes.length);
            default -> flip(bytes, at, random);
          };
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int from, byte[] middle, int to) {
    var result = Arrays.copyOf(bytes, from + middle.length + bytes.length - to);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }

  private static byte[] flip(byte[] bytes, int at, Random random) {
    if (at < bytes.length) {
      bytes[at] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(Target.class)
  void jazzerFindsNothing(Target target, @TempDir Path directory)
      throws IOException, InterruptedException {
    var corpus = Files.createDirectory(directory.resolve("corpus"));
    for (var seed : target.seeds()) {
      Files.write(corpus.resolve("seed" + Arrays.hashCode(seed)), seed);
    }
    var log = directory.resolve("log").toFile();
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerTargets.class.getName() + "$" + target.name(),
                "--instrumentation_includes=dev.carillon.websocket.**",
                "-artifact_prefix=" + directory + File.separator,
                "-max_total_time=" + Integer.getInteger("carillon.fuzz.seconds", 60),
                "-max_len=4096",
                corpus.toString())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    assertThat(
            process.waitFor(
                Integer.getInteger("carillon.fuzz.seconds", 60) + 120, TimeUnit.SECONDS))
        .isTrue();
    var output = Files.readString(log.toPath(), StandardCharsets.ISO_8859_1);
    var tail = output.substring(Math.max(0, output.length() - 4000));
    assertThat(process.exitValue()).as(tail).isZero();
    assertThat(output).contains("DONE");
  }
}
