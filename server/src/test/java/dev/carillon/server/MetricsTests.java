package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MetricsTests {
  /** Names, types and meanings: what dashboards and alerts are built on. */
  @Test
  @Timeout(30)
  void theNamesAreThoseAgreedOn() throws IOException, InterruptedException {
    String text;
    try (Server server = Carillon.server().listen(0);
        HttpClient http = HttpClient.newHttpClient()) {
      URI metrics = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
      text =
          http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
              .body();
    }
    String names =
        text.lines()
            .filter(line -> line.startsWith("#"))
            .reduce("", (all, line) -> all + line + "\n");
    Path golden = Path.of("src", "test", "resources", "metrics.txt");
    if (Boolean.getBoolean("carillon.write")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, names);
    }

    assertThat(golden)
        .as("rewrite it with: mvn test -pl server -am -Dcarillon.write=true")
        .hasContent(names);
  }
}
