package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.server.Carillon;
import dev.carillon.server.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code carillon bench} against a real server. */
@Timeout(60)
class BenchTests {
  private static final Server SERVER = Carillon.server().listen(0);

  @AfterAll
  static void close() {
    SERVER.close();
  }

  private static Cli bench(String mode, String... more) {
    String[] arguments = {
      "bench",
      mode,
      "127.0.0.1:" + SERVER.port(),
      "-c",
      "8",
      "--warm-up",
      "0.1",
      "--duration",
      "0.3"
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Cli.run("", all);
  }

  @Test
  void peopleAreShownRatesAndAHistogram() {
    Cli run = bench("fan-out", "--rate", "200", "--server-pid", "" + ProcessHandle.current().pid());

    assertThat(run.exit()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .contains("connections  8 of 8")
        .contains("every message came once and in order")
        .contains("99.9 %")
        .contains("ns a message received")
        .contains("####");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void machinesAreGivenTheReport() {
    Cli run = bench("fan-out", "--protocol", "carillon", "--json");

    assertThat(run.exit()).as(run.err() + run.out()).isZero();
    assertThat(run.out())
        .startsWith("{\"operation\":\"bench\",\"target\":\"ws://127.0.0.1:")
        .contains("\"handshake\":{\"protocol\":\"carillon.v1.json\",\"extensions\":[]}")
        .contains("\"avgLatencyMs\":", "\"p99LatencyMs\":", "\"lost\":0", "\"generatorLimited\":")
        .endsWith("\"compliance\":null}\n");
  }

  @Test
  void whatCannotBeDoneIsSaidWithoutATrace() {
    assertThat(Cli.run("", "bench", "echo", "ws://127.0.0.1:1/", "-c", "2"))
        .satisfies(
            run -> {
              assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
              assertThat(run.err())
                  .startsWith("carillon: no connection could be opened")
                  .doesNotContain("\tat ");
            });
    assertThat(bench("echo", "--size", "3"))
        .satisfies(
            run -> {
              assertThat(run.exit()).isEqualTo(Exit.MISUSE);
              assertThat(run.err()).contains("bytes is 3");
            });
    assertThat(bench("idle", "--server-pid", "0").exit()).isEqualTo(Exit.MISUSE);
    assertThat(bench("fan-out", "--rooms", "9").exit()).isEqualTo(Exit.MISUSE);
  }
}
