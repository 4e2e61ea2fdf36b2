package dev.carillon.simulator;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.ConnectFailed;
import dev.carillon.client.ClientEvent;
import dev.carillon.client.spi.Machine;
import dev.carillon.client.spi.MachineOptions;
import dev.carillon.client.spi.Output;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ClientName;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Secret;
import dev.carillon.wire.ServerMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client: the real state machine, driven by the world's time, on a simulated connection. What
 * its application is told goes to a {@link Application}, and what it asks for is awaited here.
 */
final class Device implements ClientSide.Driver {
  /** The token of those who may join the secret room. */
  static final String TRUSTED = "trusted";

  /** What an answer may take beyond the client's own limit: a tick of its clock, and some. */
  private static final long SLACK_MILLIS = 1_000;

  private static final long REQUEST_MILLIS = 10_000;

  private record Waiting(long since, boolean limited, @Nullable String publication) {}

  private final World world;
  private final Witness witness;
  private final Trial trial;
  private final String name;
  private final Secret token;
  private final String subprotocol;
  private final Machine machine;
  private final Application application;
  private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
  private @Nullable ClientSide side;
  private long tickets;
  private long timerAt = Machine.NEVER;
  private long noWayUntil;
  private boolean ended;
  private @Nullable String session;

  Device(World world, Witness witness, Trial trial, int number) {
    this.world = world;
    this.witness = witness;
    this.trial = trial;
    this.name = "c" + number;
    this.token = new Secret(number < 2 ? TRUSTED : name);
    this.subprotocol =
        switch (number % 3) {
          case 0 -> "carillon.v1.json";
          case 1 -> "carillon.v1.msgpack";
          default -> "carillon.v1.cbor";
        };
    MachineOptions options =
        new MachineOptions(
            new ClientName("simulated", null), name, 1, true, 200, 1 << 20, message -> 1000);
    machine = new Machine(options, world.ids.split());
    application = new Application(world, witness, this);
  }

  String name() {
    return name;
  }

  boolean trusted() {
    return token.value().equals(TRUSTED);
  }

  /** The name of its user. */
  String user() {
    return token.value();
  }

  /** Whether the faults are over, and everybody does what he should. */
  boolean isCalm() {
    return trial.isCalm();
  }

  /** Whether a message is not kept any more; it may not have been told so yet. */
  boolean isTrimmed(String room, String epoch, long offset) {
    return trial.isTrimmed(room, epoch, offset);
  }

  SimulatedServer server() {
    return trial.server();
  }

  /** Whether the dead letters have what this device's subscription was owed. */
  boolean isDead(String room, String epoch, long offset) {
    return trial.isDead(user() + "/" + name, room, epoch, offset);
  }

  Application application() {
    return application;
  }

  Machine machine() {
    return machine;
  }

  @Nullable String session() {
    return session;
  }

  void start() {
    machine.connect(world.millis(), ++tickets);
    carryOut();
  }

  void close() {
    machine.close(world.millis());
    carryOut();
  }

  // -- Commands

  /** Gives the machine a command whose answer is awaited. */
  void ask(Command command, boolean limited, @Nullable String publication) {
    long ticket = ++tickets;
    waiting.put(ticket, new Waiting(world.millis(), limited, publication));
    command.give(machine, world.millis(), ticket);
    carryOut();
  }

  /** A command for the machine. */
  @FunctionalInterface
  interface Command {
    void give(Machine machine, long now, long ticket);
  }

  /** Whether everything asked for has been answered. */
  boolean idle() {
    return waiting.isEmpty() && machine.unsettled() == 0;
  }

  /** Whether a command of this name is under way. */
  boolean awaits(String what) {
    return waiting.values().stream().anyMatch(one -> what.equals(one.publication()));
  }

  boolean connected() {
    return machine.connected();
  }

  private void answered(
      long ticket, @Nullable ServerMessage answer, @Nullable CarillonException no) {
    Waiting asked = waiting.remove(ticket);
    if (asked == null) {
      return;
    }
    long took = world.millis() - asked.since();
    if (asked.limited() && took > REQUEST_MILLIS + SLACK_MILLIS) {
      witness.violated("14 " + name + " waited " + took + " ms for " + answer + no);
    }
    if (answer instanceof ServerMessage.Published published && asked.publication() != null) {
      witness.acknowledged(
          published.room(), published.epoch(), published.offset(), asked.publication());
    }
    application.answered(answer, no);
  }

  // -- What the machine wants

  private void carryOut() {
    List<Output> outputs = machine.take();
    while (!outputs.isEmpty()) {
      outputs.forEach(this::carryOut);
      outputs = machine.take();
    }
    if (side != null) {
      side.flush();
    }
    planTimer();
  }

  private void carryOut(Output output) {
    switch (output) {
      case Output.Open open -> open();
      case Output.Send(var message) -> {
        if (side != null) {
          side.send(message);
        }
      }
      case Output.HangUp(var code, var reason) -> {
        if (side != null) {
          side.hangUp(code, reason);
          side = null;
        }
      }
      case Output.Deliver(var to, var event) -> application.told(event);
      case Output.Tell(var event) -> told(event);
      case Output.Answer(var ticket, var answer) -> answered(ticket, answer, null);
      case Output.Fail(var ticket, var error) -> answered(ticket, null, error);
      case Output.Asked(var call) -> machine.reply(call.id(), call.payload());
      case Output.NeedToken needed -> machine.refresh(world.millis(), token);
    }
  }

  private void told(ClientEvent event) {
    switch (event) {
      case ClientEvent.Connected(var itself, var user, var resumed) -> session = itself;
      case ClientEvent.Ended(var error) -> {
        ended = true;
        if (!error.code().equals("closed")) {
          witness.violated(
              "13 " + name + " has ended: " + error.code() + ", " + error.getMessage());
        }
      }
      case ClientEvent.Trouble(var error, var room) -> {
        if (error.code().equals("bad_message")) {
          witness.violated("12 " + name + " could not read the server: " + error.getMessage());
        }
      }
      case ClientEvent.Connecting connecting -> {}
      case ClientEvent.Waiting wait -> session = null;
    }
  }

  private void open() {
    ClientSide made = new ClientSide(world, witness, this, name, subprotocol, trial.kept());
    side = made;
    world.after(
        1 + world.network.nextInt(30),
        "connect",
        () -> {
          if (side == made && (world.millis() < noWayUntil || !made.connect(trial.server()))) {
            side = null;
            machine.failed(
                world.millis(),
                new ConnectFailed("connection_failed", "nobody there", true, null, null),
                null);
            carryOut();
          }
        });
  }

  private void planTimer() {
    long due = machine.deadline();
    if (due < timerAt && !ended) {
      timerAt = due;
      world.after(Math.max(0, due - world.millis()), "timer", () -> timer(due));
    }
  }

  private void timer(long planned) {
    if (timerAt == planned) {
      timerAt = Machine.NEVER;
      if (machine.deadline() <= world.millis()) {
        machine.tick(world.millis());
      }
      carryOut();
    }
  }

  // -- What its connection says

  @Override
  public void opened(ClientSide from) {
    if (from == side) {
      machine.opened(world.millis(), token);
      carryOut();
    }
  }

  @Override
  public void heard(ClientSide from, FromServer frame) {
    if (from == side) {
      machine.received(world.millis(), frame);
      carryOut();
    }
  }

  @Override
  public void closed(ClientSide from, int code, String reason) {
    if (from == side) {
      side = null;
      machine.closed(world.millis(), code, reason);
      carryOut();
    }
  }

  @Override
  public void broken(ClientSide from, String words) {
    witness.violated("12 " + name + " found a rule broken: " + words);
  }

  // -- What the network does to it

  void suffer(Fault fault) {
    ClientSide current = side;
    if (fault.kind() == Fault.Kind.NO_WAY) {
      noWayUntil = world.millis() + fault.millis();
    } else if (current != null) {
      current.suffer(fault);
    }
  }

  /** The network is whole again. */
  void heal() {
    noWayUntil = 0;
    if (side != null) {
      side.heal();
    }
  }

  /** Says what has no answer. */
  void say(ClientMessage message) {
    machine.say(message);
    carryOut();
  }

  @Override
  public String toString() {
    return name
        + (connected() ? " connected" : " apart")
        + ", waits for "
        + waiting.values()
        + ", "
        + machine.unsettled()
        + " unsettled, "
        + application;
  }
}
