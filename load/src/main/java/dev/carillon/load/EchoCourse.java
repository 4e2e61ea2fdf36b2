package dev.carillon.load;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Each connection sends messages and gets them back. Confined to the run's thread. */
final class EchoCourse implements Course, AutoCloseable {
  private static final long GIVEN_UP_NANOS = 1_000_000_000;

  private final Crowd crowd;
  private final Scenario.Echo scenario;
  private final Template[] templates;
  private final ByteBuffer out;
  private final List<Client> clients;
  private @Nullable Pace pace;
  private boolean stopped;
  private int turn;

  EchoCourse(Crowd crowd, Scenario.Echo scenario) {
    this.crowd = crowd;
    this.scenario = scenario;
    var dialect = crowd.target().dialect();
    this.templates =
        new Template[] {Template.message(dialect.before(), dialect.after(), scenario.bytes())};
    this.out = ByteBuffer.allocateDirect(templates[0].bytes() * scenario.inFlight());
    this.clients = new ArrayList<>(crowd.clients());
  }

  @Override
  public boolean settle(long now) {
    if (scenario.rate() > 0) {
      pace = new Pace(scenario.rate() / scenario.inFlight(), crowd::wakeUp);
    } else {
      clients.forEach(client -> send(client, scenario.inFlight(), now));
    }
    return true;
  }

  @Override
  public void advance(long now) {
    Pace own = pace;
    if (own == null || stopped) {
      return;
    }
    long due = own.due(now); // of batches, each for a connection that waits for nothing
    int passed = 0;
    while (due > 0 && passed < clients.size()) {
      Client next = clients.get(turn);
      turn = turn + 1 == clients.size() ? 0 : turn + 1;
      if (isFree(next, now)) {
        send(next, scenario.inFlight(), own.take());
        due--;
        passed = 0;
      } else {
        passed++;
      }
    }
  }

  /** Whether nothing is awaited, or what is awaited will not come. */
  private static boolean isFree(Client client, long now) {
    return client.state == Client.State.OPEN
        && !client.isBehind()
        && (client.expected >= client.sent || now - client.sentAt > GIVEN_UP_NANOS);
  }

  private void send(Client client, int messages, long time) {
    if (client.state != Client.State.OPEN) {
      return;
    }
    out.clear();
    for (int i = 0; i < messages; i++) {
      templates[0].put(out, client.source, client.sent++, time);
    }
    crowd.sent += messages;
    client.sentAt = time;
    client.write(out.flip());
  }

  @Override
  public void arrived(Client client) {}

  @Override
  public void answered(Client client, int answers) {
    if (pace == null && !stopped) {
      send(
          client, (int) (scenario.inFlight() - (client.sent - client.expected)), System.nanoTime());
    }
  }

  @Override
  public void left(Client client) {}

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public long missing() {
    return clients.stream()
        .filter(client -> client.state == Client.State.OPEN)
        .mapToLong(client -> Math.max(0, client.sent - client.expected))
        .sum();
  }

  @Override
  public void close() {
    if (pace != null) {
      pace.close();
    }
  }
}
