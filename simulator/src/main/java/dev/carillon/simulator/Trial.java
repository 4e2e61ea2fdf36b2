package dev.carillon.simulator;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.AckPolicy;
import dev.carillon.core.Message;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import dev.carillon.core.Subscriber;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.DividedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of everything: real clients' state machines, real WebSocket and protocol bytes, a
 * simulated network, a real node, a faulty broker, and a schedule of faults, all from one seed.
 */
public final class Trial {
  private static final int CLIENTS = 5;
  private static final Retention ALL = new Retention(1_000_000, 1L << 40, Duration.ofDays(9));
  private static final long SETTLE_MILLIS = 120_000;

  /** Where what comes is acknowledged, by some. */
  static final String WORK = "work";

  /** Where in some runs only now matters, and nothing waits for the broker. */
  private static final String LIVE = "d";

  private static final List<String> ROOMS = List.of("a", "b/c", LIVE, "secret", WORK);
  private static final RoomName DEAD = RoomName.of("dead");

  private static final RoomPolicy VOLATILE =
      new RoomPolicy(
          RoomPolicy.Delivery.VOLATILE,
          Retention.NONE,
          SlowReaders.DEFAULT,
          RoomPolicy.Presence.FULL,
          RoomPolicy.Creation.ANYONE,
          RoomPolicy.History.ANYONE,
          RoomPolicy.OnJoin.NOTHING,
          RoomPolicy.Limits.DEFAULT,
          true);

  private final World world;
  private final Witness witness;
  private final Mode mode;
  private final Policies policies;
  private final NodeSettings settings;
  private final FaultyBroker broker;

  /** What is volatile, as long as the node lives; null in runs without. */
  private @Nullable Broker local;

  private final List<Fault> schedule;
  private final List<Device> devices = new ArrayList<>();
  private SimulatedServer server;
  private final KeptSessions kept;
  private boolean faulty = true;

  /**
   * How a run ended.
   *
   * @param seed what it was drawn from
   * @param mode its kind of faults
   * @param events how many events happened
   * @param faults how many things went wrong
   * @param delivered how many messages readers were given, on the wire and in applications
   * @param acknowledged how many publishes were answered with a position
   * @param violations what broke which invariant, in words; empty when all held
   * @param hash the trace: the same for the same seed, steps and mode
   */
  public record Result(
      long seed,
      Mode mode,
      long events,
      int faults,
      long delivered,
      long acknowledged,
      List<String> violations,
      long hash) {
    /** Copies the list. */
    public Result {
      violations = List.copyOf(violations);
    }
  }

  private Trial(long seed, int steps, Mode mode) {
    this.mode = mode;
    world = new World(seed);
    witness = new Witness(world);
    kept = new KeptSessions(world);
    schedule = Fault.schedule(world.broker.split(), mode, steps / 100 + 1);
    Retention retention =
        new Retention(world.workload.oneIn(3) ? 10 : 500, 1 << 20, Duration.ofHours(1));
    if (mode == Mode.CALM) {
      witness.beStrict();
      retention = new Retention(100_000, 1 << 28, Duration.ofHours(1));
    }
    RoomPolicy policy = RoomPolicy.DEFAULT.withRetention(retention);
    RoomPolicy work = policy.durable(acks(), SubscriptionPolicy.DEFAULT);
    RoomPolicy dead = RoomPolicy.DEFAULT.withRetention(ALL);
    // Of every five seeds; not drawn, so that it moves nothing else.
    boolean isLive = mode != Mode.CALM && Long.remainderUnsigned(seed, 5) == 2;
    RoomPolicy live = isLive ? VOLATILE : policy;
    policies =
        room ->
            switch (room.subject().value()) {
              case WORK -> room.isPresence() ? policy : work;
              case LIVE -> live;
              default -> room.equals(DEAD) ? dead : policy;
            };
    settings = world.settings();
    int errors = mode == Mode.CALM ? 0 : world.workload.nextInt(3) * 20;
    // Of every three seeds; not drawn, so that it moves nothing else.
    boolean onDisk = Long.remainderUnsigned(seed, 3) == 1;
    broker = new FaultyBroker(world, policies, world, errors, onDisk);
    if (isLive) {
      witness.goesOn(LIVE);
      local = memory();
    }
    server = newServer();
    broker.watch(this::kept);
    for (int i = 0; i < CLIENTS; i++) {
      devices.add(new Device(world, witness, this, i));
    }
  }

  private Broker memory() {
    return new MemoryBroker(policies, world, world.ids.split(), 1L << 30);
  }

  private SimulatedServer newServer() {
    Broker beside = local;
    Broker all = beside == null ? broker : new DividedBroker(policies, beside, broker);
    return new SimulatedServer(world, witness, policies, settings, all);
  }

  private AckPolicy acks() {
    int most = 1 + world.workload.nextInt(12);
    return new AckPolicy(Duration.ofMillis(800), 3, most, DEAD);
  }

  /**
   * Runs a seed.
   *
   * @param steps how many events, before what it takes to settle
   */
  public static Result run(long seed, int steps, Mode mode) {
    return new Trial(seed, steps, mode).run(seed, steps);
  }

  private Result run(long seed, int steps) {
    devices.forEach(Device::start);
    devices.forEach(this::act);
    schedule.forEach(fault -> world.after(fault.at(), "fault", () -> happen(fault)));
    while (world.executed() < steps && witness.violations().isEmpty()) {
      step();
      if ((world.executed() & 255) == 0) {
        checkBounds();
      }
    }
    faulty = false;
    if (mode != Mode.SAFETY) {
      settle();
      end();
    }
    return new Result(
        seed,
        mode,
        world.executed(),
        mode == Mode.CALM ? 0 : schedule.size(),
        witness.delivered(),
        witness.acknowledged(),
        witness.violations(),
        world.hash());
  }

  /** What is thrown anywhere is a fault of what runs here. */
  private void step() {
    try {
      world.step();
    } catch (RuntimeException fault) {
      StackTraceElement[] trace = fault.getStackTrace();
      witness.violated("0 " + fault + (trace.length == 0 ? "" : " at " + trace[0]));
    }
  }

  /** The server has a cursor kept. */
  private void kept(Subscriber who, Broker.Cursor cursor) {
    devices.stream()
        .filter(device -> device.name().equals(who.name()))
        .forEach(device -> device.application().kept(WORK, cursor));
  }

  /** Whether the server may have passed over a message, for want of it. */
  boolean isTrimmed(String room, String epoch, long offset) {
    return broker.isTrimmed(RoomName.of(room), epoch, offset);
  }

  boolean isCalm() {
    return !faulty;
  }

  /** Whether a message that a reader did not acknowledge is among the dead letters. */
  boolean isDead(String reader, String room, String epoch, long offset) {
    return broker.messages(DEAD).stream()
        .map(Message::tags)
        .anyMatch(
            tags ->
                reader.equals(tags.get("dead.reader"))
                    && room.equals(tags.get("dead.room"))
                    && epoch.equals(tags.get("dead.epoch"))
                    && Long.toString(offset).equals(tags.get("dead.offset")));
  }

  /** The head of a room, in truth. */
  private Position head(String room) {
    Broker beside = local;
    RoomName name = RoomName.of(room);
    return beside != null && room.equals(LIVE)
        ? FaultyBroker.head(beside, name)
        : broker.head(name);
  }

  SimulatedServer server() {
    return server;
  }

  private void act(Device device) {
    world.after(
        1 + world.workload.nextInt(60),
        "act",
        () -> {
          if (faulty) {
            device.application().act(ROOMS.get(world.workload.nextInt(ROOMS.size())));
            act(device);
          }
        });
  }

  private void happen(Fault fault) {
    if (!faulty) {
      return;
    }
    world.trace(fault.kind().name());
    switch (fault.kind()) {
      case STORM -> devices.forEach(device -> device.suffer(fault));
      case CRASH -> crash(fault);
      case FEED_LOST -> broker.dropSomeFeed();
      case FAIL_OVER -> broker.failOver();
      case BROKER_ERRORS -> {
        broker.fail(500);
        world.after(fault.millis(), "broker well", () -> broker.fail(0));
      }
      default -> devices.get(fault.victim() % CLIENTS).suffer(fault);
    }
  }

  private void crash(Fault fault) {
    if (server.alive()) {
      server.crash();
      broker.crash();
      devices.forEach(device -> device.suffer(fault));
      world.after(fault.millis(), "new node", this::startAnother);
    }
  }

  private void startAnother() {
    if (!server.alive()) {
      long certain = world.millis() + settings.sessionTtl().toMillis() / 2;
      kept.started(broker.sessions(), certain, settings.maxDetachedSessions());
      local = local == null ? null : memory();
      server = newServer();
    }
  }

  /** The sessions that are sure to be taken up again, as they were kept over a crash. */
  KeptSessions kept() {
    return kept;
  }

  // -- After the faults

  private void settle() {
    broker.heal();
    startAnother();
    devices.forEach(Device::heal);
    long end = world.millis() + SETTLE_MILLIS;
    while (witness.violations().isEmpty() && !settled()) {
      for (int i = 0; i < 50 && witness.violations().isEmpty(); i++) {
        step();
      }
      if (world.millis() > end) {
        witness.violated("13 not settled after " + SETTLE_MILLIS + " ms: " + unsettled());
      }
    }
    if (witness.violations().isEmpty()) {
      checkPresence();
      checkAcknowledged();
      checkSubscriptions();
      checkExplanations();
    }
  }

  private void checkExplanations() {
    Inquiry inquiry = new Inquiry(world, witness, server);
    for (Device device : devices) {
      for (String room : ROOMS) {
        inquiry.ask(device, RoomName.of(room), head(room));
      }
    }
    long end = world.millis() + SETTLE_MILLIS;
    while (witness.violations().isEmpty() && inquiry.isOpen()) {
      step();
      if (world.millis() > end) {
        witness.violated("14 questions about deliveries were not answered");
      }
    }
  }

  private void checkSubscriptions() {
    Position head = broker.head(RoomName.of(WORK));
    devices.forEach(
        device -> device.application().settled(WORK, head.epoch().toString(), head.offset()));
    for (Message letter : broker.messages(DEAD)) {
      Map<String, String> tags = letter.tags();
      if (!WORK.equals(tags.get("dead.room")) || tags.getOrDefault("dead.reason", "").isEmpty()) {
        witness.violated("16 a dead letter that does not say why: " + letter);
      }
    }
  }

  private boolean settled() {
    return unsettled().isEmpty();
  }

  private String unsettled() {
    for (Device device : devices) {
      if (!device.connected() || !device.idle()) {
        return device.toString();
      }
      if (!device.application().stale().isEmpty()) {
        return device.name() + " was told that these are stale: " + device.application().stale();
      }
      for (var entry : device.application().positions().entrySet()) {
        Position head = head(entry.getKey());
        if (entry.getValue().offset() != head.offset()
            || !entry.getValue().epoch().equals(head.epoch().toString())) {
          return device + ", but the head of " + entry.getKey() + " is " + head;
        }
        if (!entry.getValue().equals(device.machine().position(entry.getKey()))) {
          return device + ", but its machine is at " + device.machine().position(entry.getKey());
        }
      }
    }
    String behind = behind();
    return behind.isEmpty() ? presence() : behind;
  }

  /** A subscription of which not everything is acknowledged; empty when there is none. */
  private String behind() {
    RoomName room = RoomName.of(WORK);
    Position head = broker.head(room);
    for (Device device : devices) {
      if (device.application().subscribes(WORK)) {
        Broker.Cursor cursor = broker.cursor(room, new Subscriber(device.user(), device.name()));
        if (cursor == null
            || cursor.acked() != head.offset()
            || !cursor.epoch().equals(head.epoch())) {
          return device.name() + " has acknowledged " + cursor + " of " + head;
        }
      }
    }
    return "";
  }

  private void checkPresence() {
    long losses = devices.stream().mapToLong(device -> device.application().losses()).sum();
    if (mode == Mode.CALM && losses > 0) {
      witness.violated("4 " + losses + " losses were told in a run without faults");
    }
  }

  /** Who is shown to be in a room, and is not, or the other way round; empty when all is true. */
  private String presence() {
    for (String room : ROOMS) {
      List<String> there =
          devices.stream()
              .filter(device -> device.application().reads(room))
              .map(device -> String.valueOf(device.session()))
              .sorted()
              .toList();
      for (Device device : devices) {
        if (device.application().shown().contains(room)) {
          List<String> seen =
              device.machine().members(room).stream().map(one -> one.session()).sorted().toList();
          if (!seen.equals(there)) {
            return device.name() + " sees in " + room + " " + seen + ", there are " + there;
          }
        }
      }
    }
    return "";
  }

  private void checkAcknowledged() {
    for (String room : ROOMS) {
      Position head = head(room);
      long last = witness.lastAcknowledged(room, head.epoch().toString());
      if (last > head.offset()) {
        witness.violated("4 offset " + last + " of " + room + " was acknowledged, head " + head);
      }
    }
  }

  private void checkBounds() {
    long most = (long) settings.renditionBytes() * Math.max(1, 2 * server.rooms()) * 3;
    if (server.alive() && server.renditionBytes() > most) {
      witness.violated("8 renditions hold " + server.renditionBytes() + " bytes, at most " + most);
    }
  }

  /** Everybody goes; nothing may be left of them. */
  private void end() {
    if (!witness.violations().isEmpty()) {
      return;
    }
    devices.forEach(Device::close);
    long end = world.millis() + SETTLE_MILLIS;
    while (witness.violations().isEmpty() && left() && world.millis() < end) {
      step();
    }
    if (left()) {
      witness.violated(
          "11 left over: %d connections, %d sessions, %d rooms"
              .formatted(server.connections(), server.sessions(), server.rooms()));
    }
  }

  private boolean left() {
    return server.connections() > 0 || server.sessions() > 0 || server.rooms() > 0;
  }
}
