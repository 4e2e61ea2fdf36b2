package dev.carillon.simulator;

import dev.carillon.core.NodeSettings;
import dev.carillon.core.spi.Mailbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/**
 * Time, chance and what happens next. Events run one after the other, ordered by their time, then
 * by a tie-break drawn from the seed, then by when they were scheduled.
 */
final class World implements InstantSource {
  private record Event(long time, int tie, long number, String what, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      int byTie = byTime != 0 ? byTime : Integer.compare(tie, other.tie);
      return byTie != 0 ? byTie : Long.compare(number, other.number);
    }
  }

  private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Chance ties;

  /** One source of chance for each purpose, so that a new draw in one does not move the others. */
  final Chance network;

  final Chance broker;
  final Chance workload;
  final Chance ids;
  final Chance questions;

  /** What is rare outside and switched on here for some seeds. */
  private final Chance knobs;

  private long now = START;
  private long scheduled;
  private long executed;
  private long hash = 0xcbf29ce484222325L;

  World(long seed) {
    Chance root = new Chance(seed);
    ties = root.split();
    network = root.split();
    broker = root.split();
    workload = root.split();
    ids = root.split();
    knobs = root.split();
    questions = root.split();
  }

  /** Small limits and short times, so that what is seldom happens often. */
  NodeSettings settings() {
    return new NodeSettings(
        "simulated",
        knobs.nextInt(3) == 0 ? 2 + knobs.nextInt(8) : 10_000,
        100,
        16,
        1000,
        8 << workload.nextInt(4),
        1 << 20,
        40_000,
        1 + knobs.nextInt(4),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        4 << 2 * knobs.nextInt(2),
        64L << 20);
  }

  /** Has something happen after a time. */
  void after(long millis, String what, Runnable action) {
    events.add(new Event(now + millis, ties.nextInt(), scheduled++, what, action));
  }

  /** Makes the next event happen; false when there is none. */
  boolean step() {
    Event event = events.poll();
    if (event == null) {
      return false;
    }
    now = event.time;
    executed++;
    trace(event.what);
    event.action.run();
    return true;
  }

  /** Puts a word into the trace, by which two runs are compared. */
  void trace(String word) {
    trace(word.hashCode());
    trace(now);
  }

  /** Puts a number into the trace. */
  void trace(long number) {
    hash = (hash ^ number) * 0x100000001b3L;
    hash ^= hash >>> 29;
  }

  long hash() {
    return hash;
  }

  long executed() {
    return executed;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public long millis() {
    return now;
  }

  /** A shard's mailbox: tasks run in order, a little later, as many at once as have come. */
  Mailbox mailbox(String name) {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    Runnable[] round = new Runnable[1];
    Runnable schedule = () -> after(network.nextInt(3), name, round[0]);
    round[0] =
        () -> {
          for (int i = tasks.size(); i > 0; i--) {
            tasks.peek().run();
            tasks.remove();
          }
          if (!tasks.isEmpty()) {
            schedule.run();
          }
        };
    return task -> {
      tasks.add(task);
      if (tasks.size() == 1) {
        schedule.run();
      }
    };
  }
}
