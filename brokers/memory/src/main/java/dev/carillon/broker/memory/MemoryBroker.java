package dev.carillon.broker.memory;

import dev.carillon.core.Epoch;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Keeps room logs in this process's memory. Every answer is given before the call returns.
 *
 * <p>Safe for use by many threads: each room has its own lock, held for one call and never while
 * another is taken. What all logs together may weigh is limited; beyond it a room that is published
 * to keeps its newest message only.
 */
public final class MemoryBroker implements Broker {
  /**
   * A room that nobody follows and that holds nothing is looked for every so many appends to one
   * room, and every so many rooms: nothing that all appends count on, as they would meet there.
   */
  private static final int SWEEP_EVERY = 1024;

  private final Policies policies;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ConcurrentHashMap<RoomName, MemoryRoom> rooms = new ConcurrentHashMap<>();
  private final TotalWeight weight;

  /** How many rooms were made; guarded by the source of randomness. */
  private int made;

  private volatile boolean sweepDue;
  private volatile boolean closed;

  /** A broker whose logs together weigh at most a quarter of the heap. */
  public MemoryBroker(Policies policies, InstantSource clock, RandomGenerator random) {
    this(policies, clock, random, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * A broker with a limit of its own.
   *
   * @param maxWeight what all logs together may weigh, in bytes
   */
  public MemoryBroker(
      Policies policies, InstantSource clock, RandomGenerator random, long maxWeight) {
    this.policies = policies;
    this.clock = clock;
    this.random = random;
    this.weight = new TotalWeight(maxWeight);
  }

  @Override
  public void append(RoomName name, List<Append> batch, Consumer<List<Appended>> answer) {
    if (closed) {
      answer.accept(Collections.nCopies(batch.size(), new Appended.Failed(false, closedProblem())));
      return;
    }
    MemoryRoom room;
    List<Appended> results;
    do {
      room = room(name);
      results = room.append(batch, clock.millis(), weight.isTooMuch());
    } while (results.isEmpty() && !batch.isEmpty()); // the sweep took the room just then
    answer.accept(results);
    if (sweepDue || room.hasTaken(SWEEP_EVERY)) {
      sweep();
    }
  }

  @Override
  public Attachment attach(RoomName name, Feed feed, Consumer<Answer<Extent>> answer) {
    if (closed) {
      answer.accept(new Answer.Failed<>(closedProblem()));
      return () -> {};
    }
    MemoryRoom room = room(name);
    Extent extent = room.attach(feed, clock.millis());
    while (extent == null) {
      room = room(name);
      extent = room.attach(feed, clock.millis());
    }
    answer.accept(new Answer.Done<>(extent));
    MemoryRoom attached = room;
    return () -> attached.detach(feed);
  }

  @Override
  public void read(
      RoomName name, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    if (closed) {
      answer.accept(new Answer.Failed<>(closedProblem()));
    } else {
      answer.accept(new Answer.Done<>(room(name).read(from, limit, maxBytes, clock.millis())));
    }
  }

  @Override
  public void find(RoomName name, long since, Consumer<Answer<Extent>> answer) {
    if (closed) {
      answer.accept(new Answer.Failed<>(closedProblem()));
    } else {
      answer.accept(new Answer.Done<>(room(name).find(since, clock.millis())));
    }
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    answer.accept(
        closed
            ? new Answer.Failed<>(closedProblem())
            : new Answer.Done<>(
                rooms.keySet().stream().filter(matching::matches).sorted().limit(limit).toList()));
  }

  @Override
  public void subscription(RoomName name, Subscriber who, Consumer<Answer<Subscription>> answer) {
    answer.accept(
        closed
            ? new Answer.Failed<>(closedProblem())
            : new Answer.Done<>(room(name).subscription(who, clock.millis())));
  }

  @Override
  public void settle(
      RoomName name, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    if (closed) {
      answer.accept(new Answer.Failed<>(closedProblem()));
      return;
    }
    Answer<Cursor> result = room(name).settle(who, cursor, clock.millis());
    while (result == null) { // the sweep took the room just then
      result = room(name).settle(who, cursor, clock.millis());
    }
    answer.accept(result);
  }

  @Override
  public void close() {
    closed = true;
    rooms.clear();
  }

  private MemoryRoom room(RoomName name) {
    return rooms.computeIfAbsent(
        name, absent -> new MemoryRoom(absent, policies.of(absent), newEpoch(), weight));
  }

  private Epoch newEpoch() {
    synchronized (random) {
      if (++made % SWEEP_EVERY == 0) {
        sweepDue = true;
      }
      return Epoch.random(random);
    }
  }

  private void sweep() {
    sweepDue = false;
    long now = clock.millis();
    rooms.values().removeIf(room -> room.retire(now));
  }

  private static Problem closedProblem() {
    return new Problem(Problem.Reason.BROKER_UNAVAILABLE, "the broker has been closed");
  }
}
