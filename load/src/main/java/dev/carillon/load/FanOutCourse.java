package dev.carillon.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One connection of each room sends, all of the room receive. Confined to the run's thread. */
final class FanOutCourse implements Course, AutoCloseable {
  private final Crowd crowd;
  private final Scenario.FanOut scenario;
  private final Room[] rooms;
  private final @Nullable Pace pace;
  private final ByteBuffer out;
  private boolean stopped;
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
    var dialect = crowd.target().dialect();
    int largest = 0;
    for (int i = 0; i < rooms.length; i++) {
      String before = crowd.inRoom(dialect.before(), i);
      rooms[i] = new Room(Template.message(before, dialect.after(), scenario.bytes()));
      largest = Math.max(largest, rooms[i].template.bytes());
    }
    this.out = ByteBuffer.allocateDirect(largest * scenario.burst());
    for (Client client : crowd.clients()) {
      if (client.state == Client.State.OPEN) {
        Room room = rooms[client.room];
        room.readers++;
        room.publisher = room.publisher == null ? client : room.publisher;
      }
    }
    this.pace =
        scenario.rate() > 0 ? new Pace(scenario.rate() / scenario.burst(), crowd::wakeUp) : null;
    if (pace == null) {
      for (Room room : rooms) {
        publish(room, System.nanoTime());
      }
    }
  }

  @Override
  public void advance(long now) {
    Pace own = pace;
    if (own == null || stopped) {
      return;
    }
    for (long due = own.due(now); due > 0; due--) {
      publish(rooms[turn], own.take());
      turn = turn + 1 == rooms.length ? 0 : turn + 1;
    }
  }

  private void publish(Room room, long time) {
    Client publisher = room.publisher;
    if (publisher == null) {
      return;
    }
    out.clear();
    for (int i = 0; i < scenario.burst(); i++) {
      room.template.put(out, publisher.source, room.sent++, time);
    }
    crowd.sent += scenario.burst();
    room.awaited += (long) room.readers * scenario.burst();
    publisher.write(out.flip());
  }

  @Override
  public void arrived(Client client) {
    rooms[client.room].awaited--;
  }

  @Override
  public void answered(Client client, int answers) {
    Room room = rooms[client.room];
    if (pace == null && !stopped && room.awaited <= 0) {
      room.awaited = 0;
      publish(room, System.nanoTime());
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
