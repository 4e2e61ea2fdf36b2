package dev.carillon.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One connection of each room sends, all of the room receive. Confined to the run's thread. */
final class FanOutCourse implements Course, AutoCloseable {
  private static final long SETTLE_NANOS = 100_000_000;

  /** How many messages, and bursts, may be on their way in a room; or what a second brings. */
  private static final int ON_ITS_WAY = 8;

  private static final int BURSTS_ON_THEIR_WAY = 2;

  private final Crowd crowd;
  private final Scenario.FanOut scenario;
  private final Room[] rooms;
  private final long onItsWay;
  private @Nullable Pace pace;
  private final ByteBuffer out;
  private boolean stopped;
  private boolean settling = true;
  private long settledAt = Long.MIN_VALUE;
  private int turn;

  /** A room: who sends, and what is on its way. */
  private static final class Room {
    final Template template;
    @Nullable Client publisher;
    int readers;
    long sent;
    long awaited;

    Room(Template template) {
      this.template = template;
    }
  }

  FanOutCourse(Crowd crowd, Scenario.FanOut scenario) {
    this.crowd = crowd;
    this.scenario = scenario;
    this.rooms = new Room[scenario.rooms()];
    this.onItsWay =
        (long)
            Math.max(
                Math.max(ON_ITS_WAY, BURSTS_ON_THEIR_WAY * scenario.burst()),
                scenario.rate() / scenario.rooms());
    var dialect = crowd.target().dialect();
    int largest = 0;
    for (int i = 0; i < rooms.length; i++) {
      String before = crowd.inRoom(dialect.before(), i);
      rooms[i] = new Room(Template.message(before, dialect.after(), scenario.bytes()));
      largest = Math.max(largest, rooms[i].template.bytes());
    }
    this.out = ByteBuffer.allocateDirect(largest * scenario.burst());
    for (Client client : crowd.clients()) {
      client.expected = -1;
      if (client.state == Client.State.OPEN) {
        Room room = rooms[client.room];
        room.readers++;
        room.publisher = room.publisher == null ? client : room.publisher;
      }
    }
  }

  /**
   * Nobody says when a plain connection has entered its room. So messages are sent, one at a time,
   * until everybody has got one.
   */
  @Override
  public boolean settle(long now) {
    if (now < settledAt) {
      return false;
    }
    boolean entered = true;
    boolean caughtUp = true;
    for (Client client : crowd.clients()) {
      if (client.state == Client.State.OPEN) {
        entered &= client.expected >= 0;
        caughtUp &= !client.looks() || client.expected == rooms[client.room].sent;
      }
    }
    if (!entered) {
      settledAt = now + SETTLE_NANOS;
      for (Room room : rooms) {
        publish(room, now, 1);
      }
    }
    if (!entered || !caughtUp) {
      return false;
    }
    for (Client client : crowd.clients()) {
      client.expected = client.looks() ? client.expected : rooms[client.room].sent;
    }
    begin(now);
    return true;
  }

  private void begin(long now) {
    if (scenario.rate() > 0) {
      pace = new Pace(scenario.rate() / scenario.burst(), crowd::wakeUp);
    }
    settling = false;
    for (Room room : rooms) {
      room.awaited = 0;
      if (pace == null) {
        publish(room, now, scenario.burst());
      }
    }
  }

  @Override
  public void advance(long now) {
    Pace own = pace;
    if (own == null || stopped) {
      return;
    }
    for (long due = own.due(now); due > 0 && !isFull(rooms[turn]); due--) {
      publish(rooms[turn], own.take(), scenario.burst());
      turn = turn + 1 == rooms.length ? 0 : turn + 1;
    }
  }

  /** What a server is too slow for is sent later, and late, rather than piling up in it. */
  private boolean isFull(Room room) {
    return room.awaited > onItsWay * room.readers;
  }

  private void publish(Room room, long time, int messages) {
    Client publisher = room.publisher;
    if (publisher == null) {
      return;
    }
    out.clear();
    for (int i = 0; i < messages; i++) {
      room.template.put(out, publisher.source, room.sent++, time);
    }
    crowd.sent += messages;
    room.awaited += (long) room.readers * messages;
    publisher.write(out.flip());
  }

  @Override
  public void arrived(Client client) {
    rooms[client.room].awaited--;
  }

  @Override
  public void answered(Client client, int answers) {
    Room room = rooms[client.room];
    if (pace == null && !stopped && !settling && room.awaited <= 0) {
      room.awaited = 0;
      publish(room, System.nanoTime(), scenario.burst());
    }
  }

  @Override
  public void left(Client client) {
    Room room = rooms[client.room];
    room.readers--;
    room.awaited -= Math.max(0, room.sent - client.expected);
    if (room.publisher == client) {
      room.publisher = null;
      for (Client other : crowd.clients()) {
        if (other != client && other.room == client.room && other.state == Client.State.OPEN) {
          room.publisher = other;
          return;
        }
      }
    }
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public long missing() {
    return crowd.clients().stream()
        .filter(client -> client.state == Client.State.OPEN)
        .mapToLong(client -> Math.max(0, rooms[client.room].sent - client.expected))
        .sum();
  }

  @Override
  public void close() {
    if (pace != null) {
      pace.close();
    }
  }
}
