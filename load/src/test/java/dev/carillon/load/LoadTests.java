package dev.carillon.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.connection.Application;
import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Door;
import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.server.Carillon;
import dev.carillon.server.EchoServer;
import dev.carillon.server.Listen;
import dev.carillon.server.Server;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.Listener;
import dev.carillon.transport.ListenerOptions;
import dev.carillon.transport.LoopOptions;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.ServerTerms;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the real servers, and against one that makes mistakes on purpose. */
@Timeout(60)
class LoadTests {
  private static final Schedule SHORT =
      new Schedule(Duration.ofMillis(100), Duration.ofMillis(400), Duration.ofSeconds(10));
  private static final EchoServer ECHO =
      EchoServer.start(
          EchoServer.CONFIGURATION.withListen(Listen.DEFAULT.withPort(0)), EchoServer.Answers.ALL);
  private static final Server SERVER = Carillon.server().listen(0);

  private final List<Progress> told = new ArrayList<>();

  @AfterAll
  static void close() {
    ECHO.close();
    SERVER.close();
  }

  private static Target echo() {
    return Target.of("ws://127.0.0.1:" + ECHO.port());
  }

  private static Target rooms() {
    return Target.of("ws://127.0.0.1:" + SERVER.port() + "/rooms/{room}");
  }

  private Report run(Target target, Scenario scenario) {
    return Load.run(target, scenario, SHORT, ProcessHandle.current(), told::add);
  }

  private static void flawless(Report report, int connections) {
    assertThat(report.flawless()).as("%s", report).isTrue();
    assertThat(report.opened()).isEqualTo(connections);
    assertThat(report.received()).isPositive();
    assertThat(report.latencies().count()).isPositive();
    assertThat(report.serverCpu()).isPositive();
  }

  @Test
  void everyEchoIsCountedAndChecked() {
    flawless(run(echo(), new Scenario.Echo(10, 1, 32, 0)), 10);
    flawless(run(echo(), new Scenario.Echo(4, 16, 200, 0)), 4);
    assertThat(told).isNotEmpty().allSatisfy(p -> assertThat(p.lost()).isZero());
  }

  @Test
  void largeMessagesAreNotKeptWhole() {
    flawless(run(echo(), new Scenario.Echo(4, 1, 600_000, 0)), 4);
  }

  @Test
  void aRateIsKept() {
    Report report = run(echo(), new Scenario.Echo(10, 8, 32, 1000));

    flawless(report, 10);
    assertThat(report.sent() / (report.measured().toNanos() * 1e-9)).isBetween(700.0, 1300.0);
  }

  @Test
  void aRoomsMessagesReachAllOfIt() {
    Report report = run(rooms(), new Scenario.FanOut(20, 1, false, 5, 100, 0));

    flawless(report, 20);
    assertThat((double) report.received() / report.sent()).isBetween(15.0, 25.0);
  }

  @Test
  void carillonsOwnProtocolIsSpokenToo() {
    Target target =
        Target.of("ws://127.0.0.1:" + SERVER.port() + "/ws").withDialect(Dialect.CARILLON);
    Report report = run(target, new Scenario.FanOut(20, 4, true, 1, 100, 200));

    flawless(report, 20);
    assertThat(report.subprotocol()).isEqualTo("carillon.v1.json");
  }

  @Test
  void compressedMessagesAreLookedIntoBySample() {
    Report report =
        run(rooms().withCompression(true), new Scenario.FanOut(40, 1, false, 1, 1024, 0));

    flawless(report, 40);
    assertThat(report.extensions()).hasSize(1);
    assertThat(report.compressionRatio()).isLessThan(0.9);
    assertThat(report.unlooked()).isPositive().isLessThan(report.received());
  }

  @Test
  void idleConnectionsStayOpen() {
    Report report = run(rooms(), new Scenario.Idle(50, 200));

    assertThat(report.flawless()).isTrue();
    assertThat(report.connecting()).isGreaterThan(Duration.ofMillis(200));
    assertThat(report.openings().count()).isEqualTo(50);
  }

  @Test
  void whatAServerGetsWrongIsSeen() {
    try (var faulty = new FaultyEcho()) {
      Report report = run(faulty.target(), new Scenario.Echo(3, 3, 64, 2000));

      assertThat(report.flawless()).isFalse();
      assertThat(report.lost()).isPositive();
      assertThat(report.repeated()).isPositive();
      assertThat(report.ended()).containsEntry("1012", 1);
      assertThat(report.opened()).isEqualTo(3);
    }
  }

  @Test
  void whereNothingOpensItIsSaidWhy() {
    Target nowhere = Target.of("ws://127.0.0.1:" + SERVER.port() + "/nothing-here");

    assertThatThrownBy(() -> run(nowhere, new Scenario.Idle(2, 0)))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("404");
    assertThatThrownBy(() -> run(Target.of("wss://localhost"), new Scenario.Idle(2, 0)))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("ws://");
  }

  /** An echo that drops every 10th message, doubles every 7th, and closes one connection. */
  private static final class FaultyEcho implements Handler, AutoCloseable {
    private final EventLoops loops =
        EventLoops.start(LoopOptions.DEFAULT.withThreads(1), InstantSource.system());
    private final Listener listener;
    private int count;

    FaultyEcho() {
      ServerTerms terms = new ServerTerms(List.of(), null, OriginPolicy.ANY);
      listener =
          Listener.open(
              loops,
              ListenerOptions.DEFAULT,
              ConnectionSettings.DEFAULT,
              (request, peer) ->
                  new Door.Decision.Upgrade(terms, agreed -> new Application.Bare(this)),
              request -> CompletableFuture.failedFuture(new IllegalStateException("no HTTP")));
    }

    Target target() {
      return Target.of("ws://127.0.0.1:" + listener.port() + "/");
    }

    @Override
    public void text(Link link, Utf8 text) {
      count++;
      if (count == 50) {
        link.close(CloseCode.SERVICE_RESTART, "on purpose");
      } else if (count % 10 != 0) {
        link.text(text);
        if (count % 7 == 0) {
          link.text(text);
        }
      }
    }

    @Override
    public void binary(Link link, ByteBuffer payload) {}

    @Override
    public void close() {
      listener.close();
      loops.close();
    }
  }
}
