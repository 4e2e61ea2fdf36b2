package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.server.Auth;
import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Jwt;
import dev.carillon.server.Server;
import dev.carillon.server.TokenIssuer;
import dev.carillon.server.TokenIssuer.Grant;
import dev.carillon.server.TokenIssuer.Right;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The filter language that the command line brings along, found by a real server. */
@Timeout(120)
class FilterTests {
  @TempDir private Path folder;

  @Test
  void aFilterLooksAtTagsAndAtTheReadersClaims() throws Exception {
    Path key = folder.resolve("key");
    TokenIssuer.newKey(key);
    Auth locked = Auth.DEFAULT.withJwt(Jwt.DEFAULT.withKey(key));
    Grant red =
        new Grant("ann", Map.of("a", Set.of(Right.JOIN)), Map.of("team", "red"), null, null);
    String token = TokenIssuer.of(key).issue(red, Instant.now(), Duration.ofMinutes(5));
    try (HttpClient http = HttpClient.newHttpClient();
        Server server = Carillon.server(Configuration.DEFAULT.withAuth(locked)).listen(0)) {
      var ann = new Reader();
      WebSocket socket =
          http.newWebSocketBuilder()
              .subprotocols("carillon.v1.json", "bearer." + token)
              .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/ws"), ann)
              .join();
      socket.sendText("{\"op\":\"connect\",\"id\":1}", true).join();
      assertThat(ann.next()).contains("welcome");
      socket.sendText(join(2, "tags.team = claims.team"), true).join();
      assertThat(ann.next()).contains("bad_filter").contains("character 11").contains(">>>=");
      socket.sendText(join(3, "tags.team == claims.team && int(tags.level) > 3"), true).join();
      assertThat(ann.next()).contains("\"op\":\"joined\",\"id\":3");

      server.publish("a", tagged("red", "1")).join();
      server.publish("a", tagged("blue", "5")).join();
      server.publish("a", tagged("red", "7")).join();

      assertThat(ann.next()).contains("\"op\":\"skipped\"").contains("[[1,2]]");
      assertThat(ann.next()).contains("\"op\":\"message\"").contains("\"offset\":3");
    }
  }

  private static String join(int id, String filter) {
    return "{\"op\":\"join\",\"id\":" + id + ",\"room\":\"a\",\"filter\":\"" + filter + "\"}";
  }

  private static Draft tagged(String team, String level) {
    Map<String, String> tags = Map.of("team", team, "level", level);
    return new Draft("e", Payload.text("x"), tags, null, 0, 0, true, null);
  }

  /** Keeps what comes. */
  private static final class Reader implements WebSocket.Listener {
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      return Objects.requireNonNullElse(came.poll(30, TimeUnit.SECONDS), "nothing");
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      came.add(data.toString());
      from.request(1);
      return null;
    }
  }
}
