package dev.carillon.simulator;

import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.SessionStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A store on a disk: what comes while a group is being synced is the next group; a group is seen
 * and answered when it is on the disk, and after a power loss it is wholly there or wholly not.
 * What is on the disk is held by another broker, which answers at once, but for sessions.
 */
final class DiskBroker implements Broker {
  private final World world;
  private final Chance chance;
  private final Broker disk;
  private final Map<String, SessionStore.Kept> sessions = new LinkedHashMap<>();
  private List<Write> waiting = new ArrayList<>();
  private List<Write> syncing = List.of();

  /** Counts power losses: a sync that began before one never ends. */
  private int lives;

  /** Something that changes what is on the disk. */
  private interface Write {
    /** Does it; gives what is to be answered when its group is there. */
    Runnable apply();
  }

  DiskBroker(World world, Chance chance, Broker disk) {
    this.world = world;
    this.chance = chance;
    this.disk = disk;
  }

  /** The machine is gone. Nobody is answered, and nothing but what is on the disk is left. */
  void losePower() {
    lives++;
    if (chance.nextBoolean()) {
      syncing.forEach(Write::apply);
    }
    syncing = List.of();
    waiting = new ArrayList<>();
  }

  private void write(Write write) {
    waiting.add(write);
    if (syncing.isEmpty()) {
      sync();
    }
  }

  private void sync() {
    syncing = waiting;
    waiting = new ArrayList<>();
    int life = lives;
    long takes = chance.nextInt(20) == 0 ? chance.nextInt(500) : 1 + chance.nextInt(10);
    world.after(
        takes,
        "synced",
        () -> {
          if (life == lives) {
            synced();
          }
        });
  }

  private void synced() {
    List<Runnable> answers = syncing.stream().map(Write::apply).toList();
    syncing = List.of();
    if (!waiting.isEmpty()) {
      sync();
    }
    answers.forEach(Runnable::run);
  }

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    write(
        () -> {
          List<Appended> results = new ArrayList<>(batch.size());
          disk.append(room, batch, results::addAll);
          return () -> answer.accept(results);
        });
  }

  @Override
  public SessionStore sessions() {
    return new SessionStore() {
      @Override
      public void keep(Kept session) {
        write(
            () -> {
              sessions.put(session.id(), session);
              return () -> {};
            });
      }

      @Override
      public void forget(String session) {
        write(
            () -> {
              sessions.remove(session);
              return () -> {};
            });
      }

      @Override
      public void all(Consumer<Answer<List<Kept>>> answer) {
        answer.accept(new Answer.Done<>(List.copyOf(sessions.values())));
      }
    };
  }

  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    write(
        () -> {
          List<Answer<Cursor>> kept = new ArrayList<>(1);
          disk.settle(room, who, cursor, kept::add);
          return () -> answer.accept(kept.getFirst());
        });
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    return disk.attach(room, feed, answer);
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    disk.read(room, from, limit, maxBytes, answer);
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    disk.find(room, since, answer);
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    disk.rooms(matching, limit, answer);
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    disk.subscription(room, who, answer);
  }

  @Override
  public void close() {
    disk.close();
  }
}
