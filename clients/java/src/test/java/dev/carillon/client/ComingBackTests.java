package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Drain;
import dev.carillon.server.Limits;
import dev.carillon.server.Listen;
import dev.carillon.server.Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients at the door of a real server. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ComingBackTests {
  private static final int CLIENTS = 40;

  /** What one client was told to wait, and when it came. */
  private static final class Patience implements Consumer<ClientEvent> {
    private final List<ClientEvent> events = new CopyOnWriteArrayList<>();
    private volatile @Nullable Duration told;
    private volatile long came;

    @Override
    public void accept(ClientEvent event) {
      switch (event) {
        case ClientEvent.Waiting waiting when told == null -> told = waiting.retryIn();
        case ClientEvent.Connecting connecting when told != null && came == 0 ->
            came = System.nanoTime();
        default -> {}
      }
      events.add(event);
    }

    boolean ended() {
      return events.stream().anyMatch(ClientEvent.Ended.class::isInstance);
    }
  }

  private final List<Patience> patiences = new ArrayList<>();
  private final List<CarillonClient> clients = new ArrayList<>();

  @AfterEach
  void closeAll() {
    clients.forEach(client -> client.close(Duration.ZERO));
  }

  @Test
  void whoIsToldGoodbyeComesBackInASlotOfItsOwn() throws Exception {
    Drain drain = new Drain(Duration.ofSeconds(5), Duration.ofSeconds(4));
    int port;
    long goodbye;
    try (Server first = serve(0, Limits.DEFAULT, drain)) {
      port = first.port();
      open(port);
      // A client that was welcomed just now adds a delay of its own to its slot.
      TimeUnit.MILLISECONDS.sleep(1100);
      goodbye = System.nanoTime();
    }
    try (Server second = serve(port, Limits.DEFAULT, drain)) {
      await().atMost(Duration.ofMinutes(2)).until(() -> connected() == CLIENTS);
      assertThat(metric(second, "carillon_sessions_admitted_total{arrival=\"returning\"}"))
          .isEqualTo(CLIENTS);
    }

    assertThat(patiences).noneMatch(Patience::ended);
    assertThat(patiences)
        .extracting(patience -> patience.told)
        .as("a slot of its own for each")
        .doesNotHaveDuplicates()
        .allMatch(told -> told.compareTo(drain.spread()) < 0)
        .anyMatch(told -> told.toMillis() > drain.spread().toMillis() * 3 / 4)
        .anyMatch(told -> told.toMillis() < drain.spread().toMillis() / 4);
    assertThat(patiences)
        .allSatisfy(
            patience ->
                assertThat(Duration.ofNanos(patience.came - goodbye))
                    .isGreaterThanOrEqualTo(patience.told));
  }

  @Test
  void whereMoreComeThanAreTakenUpAtOnceEverybodyGetsInInTime() throws Exception {
    Limits slow = Limits.DEFAULT.withMaxSessionRate(CLIENTS / 4);
    try (Server server = serve(0, slow, Drain.DEFAULT)) {
      open(server.port());

      assertThat(connected()).isEqualTo(CLIENTS);
      assertThat(metric(server, "carillon_sessions_admitted_total{arrival=\"new\"}"))
          .isEqualTo(CLIENTS);
      assertThat(metric(server, "carillon_sessions_refused_total{arrival=\"new\"}"))
          .isGreaterThan(0);
    }
    assertThat(patiences).noneMatch(Patience::ended);
  }

  private static Server serve(int port, Limits limits, Drain drain) {
    Configuration configuration =
        Configuration.DEFAULT
            .withListen(Listen.DEFAULT.withPort(port))
            .withLimits(limits)
            .withDrain(drain);
    return Carillon.server(configuration).listen();
  }

  private void open(int port) {
    List<CompletableFuture<CarillonClient>> opening = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Patience patience = new Patience();
      patiences.add(patience);
      ClientOptions options = ClientOptions.DEFAULT.withKeepTrying().withListener(patience);
      opening.add(CarillonClient.connectAsync("ws://127.0.0.1:" + port, options));
    }
    opening.forEach(each -> clients.add(each.join()));
  }

  private long connected() {
    return clients.stream().filter(CarillonClient::connected).count();
  }

  private static double metric(Server server, String name) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI address = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
      HttpRequest request = HttpRequest.newBuilder(address).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .findFirst()
          .orElseThrow();
    }
  }
}
