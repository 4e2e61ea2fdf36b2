package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code serve} and {@code echo}: what is wrong with their configuration, and as real processes.
 */
@Timeout(120)
class ServeTests {
  @TempDir private Path folder;

  @Test
  void aWrongConfigurationStopsTheStartWithFileAndLine() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "listen:\n  prot: 1\ndrain: 5\n");
    Cli run = Cli.run("", "serve", "--config", file.toString(), "--port", "x");

    assertThat(run.exit()).isEqualTo(Exit.MISUSE);
    assertThat(run.err())
        .contains("c.yaml:2: 'listen.prot' is no setting. Did you mean 'listen.port'?")
        .contains("c.yaml:3: drain is '5'")
        .contains("--port: listen.port is 'x', must be a whole number")
        .doesNotContain("Exception");
  }

  @Test
  void anOpenDoorToOtherMachinesIsRefused() {
    Cli run = Cli.run("", "serve", "--host", "0.0.0.0", "--port", "0");

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err()).contains("would let in everybody").contains("--insecure");
  }

  @Test
  void sigtermSaysGoodbyeClosesWith1001AndExitsWithZero() throws Exception {
    var process = start("serve", "--port", "0", "--json");
    try (BufferedReader out = process.inputReader();
        HttpClient http = HttpClient.newHttpClient()) {
      String address = address(out.readLine());
      var closed = new CompletableFuture<Integer>();
      http.newWebSocketBuilder()
          .buildAsync(URI.create(address + "/rooms/a"), new Closing(closed))
          .join();
      process.destroy(); // SIGTERM

      assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(1001);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void echoPrintsThePortThatItChose() throws Exception {
    var process = start("echo", "--port", "0", "--path", "/e");
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      assertThat(line).matches("echo: listening on ws://localhost:\\d+/e");
      String url = line.substring(line.indexOf("ws://"));

      assertThat(Cli.run("hi\n", "connect", url, "--wait", "0.5").out().lines())
          .containsExactly("hi");
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String address(@Nullable String report) {
    assertThat(report).contains("\"operation\":\"serve\"").contains("\"status\":\"listening\"");
    String text = String.valueOf(report);
    int begin = text.indexOf("ws://");
    return text.substring(begin, text.indexOf('"', begin));
  }

  /** Notes the close code. */
  private static final class Closing implements WebSocket.Listener {
    private final CompletableFuture<Integer> code;

    Closing(CompletableFuture<Integer> code) {
      this.code = code;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int closeCode, String reason) {
      code.complete(closeCode);
      return null;
    }
  }
}
