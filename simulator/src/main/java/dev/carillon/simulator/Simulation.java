package dev.carillon.simulator;

import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.WireForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run: a node of two shards, a faulty broker, clients that come and go, all from one seed. Half
 * way the faults stop, and everything has to settle.
 */
public final class Simulation {
  private static final int CLIENTS = 6;

  /** About as much as twenty messages weigh. */
  private static final long SLOW_BYTES = 4000;

  private static final long SETTLE_MILLIS = 60_000;

  private final World world;
  private final Witness witness;
  private final FaultyBroker broker;
  private final Node node;
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final List<RoomName> rooms;
  private boolean faulty = true;

  /**
   * How a run ended.
   *
   * @param events how many events happened
   * @param delivered how many messages readers were given
   * @param acknowledged how many publishes were answered with a position
   * @param answered how many calls were answered by other clients
   * @param violations what broke which invariant, in words; empty when all held
   * @param hash the trace: the same for the same seed and steps
   */
  public record Outcome(
      long events,
      long delivered,
      long acknowledged,
      long answered,
      List<String> violations,
      long hash) {}

  private Simulation(long seed) {
    world = new World(seed);
    witness = new Witness(world);
    Policies policies = policies(world.workload.nextInt(5));
    broker = new FaultyBroker(world, policies, world.workload.nextInt(3) * 40);
    List<Mailbox> mailboxes = List.of(world.mailbox("shard 0"), world.mailbox("shard 1"));
    NodeSettings settings = world.settings();
    node = new Node(settings, policies, broker, Gate.OPEN, world, world.ids, mailboxes);
    rooms = List.of(RoomName.of("a"), RoomName.of("b/c"), RoomName.of("d"));
    List<WireForm> forms = List.of(new SimulatedConnection.Form(), new SimulatedConnection.Form());
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SimulatedClient(world, witness, node, forms, "client" + i));
    }
  }

  private static Policies policies(int kind) {
    Retention retention =
        kind == 0
            ? new Retention(10, 1 << 20, Duration.ofHours(1))
            : new Retention(500, 1 << 20, Duration.ofHours(1));
    RoomPolicy policy = RoomPolicy.DEFAULT.withRetention(retention);
    RoomPolicy strict =
        kind < 2
            ? policy
            : policy.withSlowReaders(
                new SlowReaders(
                    SlowReaders.Action.values()[kind - 2], SLOW_BYTES, Duration.ofSeconds(2)));
    return room -> strict;
  }

  /** Runs a seed for a number of events under faults, and then until everything has settled. */
  public static Outcome run(long seed, int steps) {
    return new Simulation(seed).run(steps);
  }

  private Outcome run(int steps) {
    node.shards().forEach(shard -> tick(shard::tick));
    clients.forEach(this::act);
    misfortune();
    while (world.executed() < steps && witness.violations().isEmpty()) {
      world.step();
    }
    settle();
    return new Outcome(
        world.executed(),
        witness.delivered(),
        witness.acknowledged(),
        witness.answeredCount(),
        List.copyOf(witness.violations()),
        world.hash());
  }

  private void tick(Runnable tick) {
    world.after(
        100,
        "tick",
        () -> {
          tick.run();
          tick(tick);
        });
  }

  private void act(SimulatedClient client) {
    world.after(
        1 + world.workload.nextInt(60),
        "act",
        () -> {
          if (faulty) {
            actOnce(client);
            act(client);
          }
        });
  }

  private void actOnce(SimulatedClient client) {
    RoomName room = rooms.get(world.workload.nextInt(rooms.size()));
    switch (world.workload.nextInt(22)) {
      case 0 -> client.disconnect();
      case 1 -> client.leave(room);
      case 2 -> client.stall(true);
      case 3, 4 -> client.stall(false);
      case 5, 6, 7 -> client.connect();
      case 8, 9, 10 -> client.join(room);
      case 20 -> client.call(room, null);
      case 21 -> client.call(room, clients.get(world.workload.nextInt(CLIENTS)).sessionName());
      default -> client.publish(room);
    }
  }

  private void misfortune() {
    world.after(
        200 + world.broker.nextInt(3000),
        "misfortune",
        () -> {
          if (faulty) {
            if (world.broker.nextInt(6) == 0) {
              broker.failOver();
            } else {
              broker.dropSomeFeed();
            }
            misfortune();
          }
        });
  }

  /** Faults stop; within bounded time all has to be live, drained and settled. */
  private void settle() {
    faulty = false;
    broker.heal();
    long end = world.millis() + SETTLE_MILLIS;
    long again = 0;
    while (witness.violations().isEmpty() && !settled()) {
      if (world.millis() >= again) {
        again = world.millis() + 1000;
        clients.forEach(SimulatedClient::recover);
      }
      world.step();
      if (world.millis() > end) {
        witness.violated("13 not settled after " + SETTLE_MILLIS + " ms: " + clients);
      }
    }
  }

  private boolean settled() {
    for (RoomName room : rooms) {
      Position head = broker.head(room);
      for (SimulatedClient client : clients) {
        if (!client.settledAt(room, head)) {
          return false;
        }
      }
    }
    return true;
  }
}
