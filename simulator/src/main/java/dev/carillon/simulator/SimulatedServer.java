package dev.carillon.simulator;

import dev.carillon.connection.Application;
import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Door;
import dev.carillon.connection.Loop;
import dev.carillon.connection.Peer;
import dev.carillon.connection.Timeouts;
import dev.carillon.core.Explained;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Secret;
import dev.carillon.core.spi.Terms;
import dev.carillon.protocol.carillon.CborProtocol;
import dev.carillon.protocol.carillon.JsonProtocol;
import dev.carillon.protocol.carillon.MsgpackProtocol;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.ServerTerms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One server process: a real node with its loops and protocols, on the world's time. */
final class SimulatedServer {
  /** The room that only some may join. */
  static final RoomName SECRET = RoomName.of("secret");

  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private static final Permissions NOT_THE_SECRET =
      new Permissions() {
        @Override
        public boolean mayJoin(RoomName room) {
          return !room.equals(SECRET);
        }

        @Override
        public boolean mayPublish(RoomName room) {
          return true;
        }
      };

  private final World world;
  private final Witness witness;
  private final Node node;
  private final List<Loop> loops = new ArrayList<>();
  private final List<Protocol> protocols =
      List.of(new JsonProtocol(), new MsgpackProtocol(), new CborProtocol());
  private final Door door;
  private final ConnectionSettings settings;
  private boolean alive = true;
  private boolean ready;

  SimulatedServer(
      World world, Witness witness, Policies policies, NodeSettings limits, Broker broker) {
    this.world = world;
    this.witness = witness;
    List<Mailbox> mailboxes = List.of(mailbox("shard 0"), mailbox("shard 1"));
    node = new Node(limits, policies, broker, Gate.OPEN, world, world.ids.split(), mailboxes);
    for (int i = 0; i < mailboxes.size(); i++) {
      Loop loop = new Loop(mailboxes.get(i), world, world.ids.split(), 1, this::fault);
      loop.serve(node.shard(i));
      loops.add(loop);
      tick(loop);
    }
    node.restore(problem -> ready = true);
    Terms terms = new Terms("simulated", HEARTBEAT, 1 << 16, 100);
    List<String> names = protocols.stream().flatMap(one -> one.subprotocols().stream()).toList();
    Authenticator authenticator = this::authenticate;
    door =
        (request, peer) ->
            new Door.Decision.Upgrade(
                new ServerTerms(names, null, OriginPolicy.ANY),
                agreed ->
                    new Application.Rooms(protocol(agreed), opening(agreed), authenticator, terms));
    settings =
        ConnectionSettings.DEFAULT
            .withTimeouts(Timeouts.DEFAULT.withHeartbeat(HEARTBEAT, HEARTBEAT))
            .withLaneBytes(4096 << world.workload.nextInt(5));
  }

  /** A mailbox that is emptied as long as the process lives. */
  private Mailbox mailbox(String name) {
    Mailbox inner = world.mailbox(name);
    return task ->
        inner.post(
            () -> {
              if (alive) {
                task.run();
              }
            });
  }

  private void fault(RuntimeException fault) {
    StackTraceElement[] trace = fault.getStackTrace();
    witness.violated(
        "0 a fault of the server's own: " + fault + " at " + (trace.length == 0 ? "" : trace[0]));
  }

  private void tick(Loop loop) {
    world.after(
        Loop.TICK_MILLIS,
        "tick",
        () -> {
          if (alive) {
            loop.tick();
            tick(loop);
          }
        });
  }

  private Protocol protocol(@Nullable String agreed) {
    return protocols.stream()
        .filter(one -> one.subprotocols().contains(Objects.requireNonNullElse(agreed, "")))
        .findFirst()
        .orElse(protocols.getFirst());
  }

  private static Opening opening(@Nullable String agreed) {
    Credentials none = new Credentials(null, Credentials.Source.NONE, null, "192.0.2.1");
    return new Opening("/ws", Map.of(), agreed, none);
  }

  private void authenticate(Credentials credentials, Consumer<Authenticator.Answer> answer) {
    Secret token = credentials.token();
    Authenticator.Answer said =
        token == null
            ? new Authenticator.Answer.Refused(
                new Problem(Problem.Reason.UNAUTHENTICATED, "no token"))
            : new Authenticator.Answer.Accepted(
                new User(token.reveal()), mayEverything(token) ? Permissions.ALL : NOT_THE_SECRET);
    world.after(world.network.nextInt(5), "authenticated", () -> answer.accept(said));
  }

  private static boolean mayEverything(Secret token) {
    return token.reveal().equals(Device.TRUSTED);
  }

  boolean alive() {
    return alive;
  }

  /** A connection has come in; null when there is nobody. */
  @Nullable ServerSide accept(Pipe.Reader client, Runnable clientsRoom) {
    if (!alive || !ready) {
      return null;
    }
    Loop loop = loops.get(world.network.nextInt(loops.size()));
    ServerSide side = new ServerSide(world, witness, this, client, clientsRoom);
    side.begin(loop.accept(side, new Peer("192.0.2.1", false), door, settings));
    return side;
  }

  /** Asks it why a session did or did not get a message. */
  void explain(
      RoomName room, long offset, String session, Consumer<Broker.Answer<Explained>> answer) {
    node.explain(room, null, offset, null, session, answer);
  }

  /** The process is gone. Nothing of it happens any more. */
  void crash() {
    alive = false;
  }

  int connections() {
    return loops.stream().mapToInt(Loop::connectionCount).sum();
  }

  int sessions() {
    return node.shards().stream()
        .mapToInt(shard -> shard.sessionCount() + shard.detachedCount())
        .sum();
  }

  int rooms() {
    return node.shards().stream().mapToInt(shard -> shard.roomCount()).sum();
  }

  long renditionBytes() {
    return node.shards().stream().mapToLong(shard -> shard.renditionBytes()).sum();
  }
}
