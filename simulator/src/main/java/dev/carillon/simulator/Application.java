package dev.carillon.simulator;

import dev.carillon.client.CarillonException;
import dev.carillon.client.Message;
import dev.carillon.client.RoomEvent;
import dev.carillon.core.spi.Broker;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Order;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Start;
import dev.carillon.wire.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What uses a client: it does things at random, and holds what it is told against the promises. */
final class Application {
  private final World world;
  private final Witness witness;
  private final Device device;
  private final Map<String, Track> tracks = new LinkedHashMap<>();
  private final Map<String, Boolean> wanted = new LinkedHashMap<>();
  private final Set<String> shown = new TreeSet<>();
  private final Map<String, Crowd> crowds = new LinkedHashMap<>();
  private final Set<String> stale = new TreeSet<>();
  private final Map<String, Long> published = new LinkedHashMap<>();
  private final Map<String, Owing> owing = new LinkedHashMap<>();
  private final Set<String> named = new TreeSet<>();
  private final Set<String> acked = new TreeSet<>();
  private final Map<String, Seen> seen = new LinkedHashMap<>();
  private long losses;

  Application(World world, Witness witness, Device device) {
    this.world = world;
    this.witness = witness;
    this.device = device;
  }

  /** Does one thing. */
  void act(String room) {
    switch (world.workload.nextInt(24)) {
      case 0 -> leave(room);
      case 1, 2, 3, 4 -> join(room);
      case 5 -> device.ask((m, now, t) -> m.request(now, t, id -> history(id, room)), true, null);
      case 6 ->
          device.ask(
              (m, now, t) -> m.request(now, t, id -> new ClientMessage.Members(id, room)),
              true,
              null);
      case 7 -> {
        if (tracks.containsKey(room)) {
          Payload state = Payload.json(Integer.toString(world.workload.nextInt(100)));
          device.ask((m, now, t) -> m.state(now, t, room, state), true, null);
        }
      }
      case 8 -> device.say(new ClientMessage.Ping(0));
      default -> publish(room);
    }
  }

  private static ClientMessage history(long id, String room) {
    return new ClientMessage.History(id, room, new Start.Last(5), null, Order.OLDEST, false);
  }

  private void join(String room) {
    if (wanted.containsKey(room)) {
      return;
    }
    Start start =
        switch (world.workload.nextInt(5)) {
          case 0 -> new Start.Last(1 + world.workload.nextInt(40));
          case 1 -> new Start.Since(Math.max(0, world.millis() - world.workload.nextInt(3000)));
          default -> null;
        };
    boolean presence = world.workload.nextBoolean();
    wanted.put(room, presence);
    int how = room.equals(Trial.WORK) ? world.workload.nextInt(5) : 0;
    String name = how > 1 ? device.name() : null;
    boolean ack = how == 1;
    named.remove(room);
    acked.remove(room);
    if (name != null) {
      named.add(room);
    }
    if (name != null || ack) {
      acked.add(room);
    }
    ClientMessage.Join join = new ClientMessage.Join(0, room, start, presence, null, name, ack);
    device.ask((machine, now, ticket) -> machine.join(now, ticket, join), true, "join " + room);
  }

  private void leave(String room) {
    if (tracks.containsKey(room)) {
      tracks.remove(room);
      wanted.remove(room);
      shown.remove(room);
      crowds.remove(room);
      stale.remove(room);
      device.ask((machine, now, ticket) -> machine.leave(now, ticket, room), true, null);
    }
  }

  private void publish(String room) {
    long number = published.merge(room, 1L, Long::sum);
    String data = device.name() + ":" + number + " ";
    if (world.workload.oneIn(8)) {
      data += "x".repeat(world.workload.nextInt(6_000)); // so that sockets are full within a frame
    }
    String whole = data;
    ClientMessage.Publish said =
        new ClientMessage.Publish(0, new Target.Room(room), Payload.text(whole));
    device.ask((machine, now, ticket) -> machine.publish(now, ticket, said), false, whole);
  }

  /** An answer that the machine gave, or its no. */
  void answered(@Nullable ServerMessage answer, @Nullable CarillonException no) {
    if (answer instanceof ServerMessage.Joined joined && wanted.containsKey(joined.room())) {
      String room = joined.room();
      Boolean presence = wanted.get(room);
      if (room.equals(SimulatedServer.SECRET.toString()) && !device.trusted()) {
        witness.violated("7 " + device.name() + " was let into " + room);
      }
      tracks.put(
          room,
          new Track(
              witness,
              device.name(),
              room,
              joined.epoch(),
              joined.head() + 1,
              true,
              acked.contains(room)));
      if (Boolean.TRUE.equals(presence)) {
        shown.add(room);
      }
    } else if (no != null) {
      world.trace(no.code());
    }
    wanted.keySet().removeIf(room -> no != null && !tracks.containsKey(room) && !asked(room));
  }

  /** Whether a join of this room is still under way. */
  private boolean asked(String room) {
    return device.awaits("join " + room);
  }

  /** Something happened in a room. */
  void told(RoomEvent event) {
    Track track = tracks.get(event.room());
    if (track == null) {
      witness.violated("7 " + device.name() + " was told of a room that it left: " + event);
      return;
    }
    switch (event) {
      case Message message -> {
        track.message(message.entry());
        seen(message.room(), message.epoch()).got(message.offset());
        if (track.acks()) {
          owes(message);
        }
      }
      case RoomEvent.Resumed(var room, var epoch, var from, var to) -> {
        track.resumed(epoch, from, to);
        if (named.contains(room)) {
          owing(room).resumed(epoch, from, offset -> device.isDead(room, epoch, offset));
        }
      }
      case RoomEvent.Gap(var room, var epoch, var ranges, var reason) -> {
        losses++;
        track.announced(ranges);
        seen(room, epoch).lost(ranges);
        if (named.contains(room)) {
          owing(room).lost(epoch, ranges);
        }
      }
      case RoomEvent.Skipped(var room, var ranges) -> {
        track.announced(ranges);
        seen(room, track.position().epoch()).skipped(ranges);
      }
      case RoomEvent.Reset reset -> {
        losses++;
        track.reset(reset.epoch(), reset.head());
        if (named.contains(reset.room())) {
          owing(reset.room()).reset(reset.epoch(), reset.head());
        }
      }
      case RoomEvent.Missing missing ->
          witness.violated("2 " + device.name() + " misses what nobody announced: " + missing);
      case RoomEvent.Ended(var room, var error) -> {
        tracks.remove(room);
        stale.remove(room);
        wanted.remove(room);
        shown.remove(room);
        crowds.remove(room);
        witness.violated("13 " + device.name() + " lost its room " + room + ": " + error.code());
      }
      case RoomEvent.Rewind rewind -> track.rewound(rewind.to());
      case RoomEvent.Stale(var room, var since) -> stale.add(room);
      case RoomEvent.Fresh(var room) -> {
        if (!stale.remove(room)) {
          witness.violated("8 " + device.name() + " is told that " + room + " is fresh, twice");
        }
      }
      case RoomEvent.PresenceChanged changed ->
          crowds
              .computeIfAbsent(
                  changed.room(), room -> new Crowd(witness, device.name() + " in " + room))
              .changed(changed.event(), changed.member());
      case RoomEvent.Trouble trouble -> {}
    }
  }

  private Seen seen(String room, String epoch) {
    return seen(room, device.server(), epoch);
  }

  /** What its session has seen so far of a room's log, as a server gave it. */
  Seen seen(String room, SimulatedServer server, String epoch) {
    String session = String.valueOf(device.session());
    Seen known = seen.get(room);
    if (known == null || !known.isOf(session, server, epoch)) {
      known = new Seen(session, server, epoch);
      seen.put(room, known);
    }
    return known;
  }

  // -- Acknowledging

  private Owing owing(String room) {
    return owing.computeIfAbsent(room, absent -> new Owing(witness, device.name()));
  }

  /** It deals with a message, now or later, refuses it, or forgets it. */
  private void owes(Message message) {
    if (named.contains(message.room())) {
      owing(message.room()).got(message.epoch(), message.offset());
    }
    int fate = device.isCalm() ? 0 : world.workload.nextInt(10);
    if (fate < 8) {
      boolean refuses = fate == 7;
      long later = fate < 5 ? 1 : world.workload.nextInt(2500);
      world.after(later, "deal", () -> deal(message, refuses));
    }
  }

  private void deal(Message message, boolean refuses) {
    String room = message.room();
    Track track = tracks.get(room);
    if (track == null || !track.acks() || !track.position().epoch().equals(message.epoch())) {
      return;
    }
    String epoch = message.epoch();
    String name = named.contains(room) ? device.name() : null;
    if (refuses) {
      device.say(new ClientMessage.Nack(room, epoch, message.offset(), name, "refused"));
    } else {
      if (name != null) {
        owing(room).acked(epoch, message.offset());
      }
      device.say(new ClientMessage.Ack(room, epoch, message.offset(), name));
    }
  }

  /** The server has the subscription's cursor kept. */
  void kept(String room, Broker.Cursor cursor) {
    String epoch = cursor.epoch().toString();
    owing(room)
        .kept(
            epoch,
            cursor.acked(),
            offset -> device.isTrimmed(room, epoch, offset) || device.isDead(room, epoch, offset));
  }

  /** Whether it reads this room for its subscription. */
  boolean subscribes(String room) {
    return named.contains(room) && tracks.containsKey(room);
  }

  /** Everything has come to rest. */
  void settled(String room, String epoch, long head) {
    if (subscribes(room)) {
      owing(room).settled(epoch, head, offset -> device.isDead(room, epoch, offset));
    }
  }

  /** The rooms that it was told are stale, and not yet that they are no more. */
  Set<String> stale() {
    return stale;
  }

  /** How often it was told of a loss. */
  long losses() {
    return losses;
  }

  /** Where it has read to, by room. */
  Map<String, Position> positions() {
    Map<String, Position> positions = new LinkedHashMap<>();
    tracks.forEach((room, track) -> positions.put(room, track.position()));
    return positions;
  }

  boolean reads(String room) {
    return tracks.containsKey(room);
  }

  /** The rooms in which it is shown who is there. */
  Set<String> shown() {
    return shown;
  }

  @Override
  public String toString() {
    return "at " + positions();
  }
}
