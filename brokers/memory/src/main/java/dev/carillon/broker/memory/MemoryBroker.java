package dev.carillon.broker.memory;

import dev.carillon.core.Epoch;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Keeps room logs in this process's memory. Every answer is given before the call returns.
 *
 * <p>Safe for use by many threads: each room has its own lock, held for one call and never while
 * another is taken. What all rooms together may weigh is limited. Beyond it some are looked at, and
 * of them those that were used longest ago keep their newest message only, or are forgotten where
 * nobody reads them and they have no more, or were not used for a while. One thread does so at a
 * time, by a lock that is taken before those of rooms. Where that is not enough, a room that is
 * published to keeps its newest message only.
 */
public final class MemoryBroker implements Broker {
  /**
   * A room that nobody follows and that holds nothing is looked for every so many appends to one
   * room, and every so many rooms: nothing that all appends count on, as they would meet there.
   */
  private static final int SWEEP_EVERY = 1024;

  /** Where nothing more could be given up, it is tried again after so long, in milliseconds. */
  private static final int RELIEVE_AGAIN = 100;

  /** A room that was used no longer ago keeps its newest message, in milliseconds. */
  private static final int JUST_USED = 10_000;

  /** So many rooms are looked at together, and a quarter of them gives up what it can. */
  private static final int LOOKED_AT = 32;

  /** Of so many, at most, where most have nothing to give up. */
  private static final int PASSED = 512;

  private static final int LOOKS = 4;

  private record Used(MemoryRoom room, long last) {}

  private final Policies policies;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ConcurrentHashMap<RoomName, MemoryRoom> rooms = new ConcurrentHashMap<>();
  private final TotalWeight weight;

  /** How many rooms were made; guarded by the source of randomness. */
  private int made;

  private final Object looking = new Object();

  /** Rooms that were not looked at yet. Guarded, as what follows, by {@link #looking}. */
  private Iterator<MemoryRoom> unseen = Collections.emptyIterator();

  private long relieveFrom;

  private volatile boolean sweepDue;
  private volatile boolean closed;

  /** A broker whose rooms together weigh at most a quarter of the heap. */
  public MemoryBroker(Policies policies, InstantSource clock, RandomGenerator random) {
    this(policies, clock, random, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * A broker with a limit of its own.
   *
   * @param maxWeight what all rooms together may weigh, in bytes
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
    if (weight.isTooMuch()) {
      relieve(name);
    }
    return rooms.computeIfAbsent(
        name, absent -> new MemoryRoom(absent, policies.of(absent), newEpoch(), weight));
  }

  /** Takes the same time for however many rooms; whoever makes it too much does so in turn. */
  private void relieve(RoomName asked) {
    long now = clock.millis();
    synchronized (looking) {
      boolean vain = now < relieveFrom && relieveFrom - now <= RELIEVE_AGAIN;
      for (int looks = 0; looks < LOOKS && !vain && weight.isTooMuch(); looks++) {
        vain = look(asked, now) == 0;
        relieveFrom = vain ? now + RELIEVE_AGAIN : 0;
      }
    }
  }

  /** Has a quarter of some rooms give up what they can; says how much less they weigh, in bytes. */
  private long look(RoomName asked, long now) {
    long freed = 0;
    List<Used> some = some();
    for (Used used : some.subList(0, (some.size() + 3) / 4)) {
      if (!used.room().name().equals(asked)) {
        freed += used.room().giveUp(now, now - JUST_USED);
        forgetIfRetired(used.room());
      }
    }
    return freed;
  }

  private void forgetIfRetired(MemoryRoom room) {
    if (room.isRetired()) {
      rooms.remove(room.name(), room);
    }
  }

  /**
   * Some that can give up something, not those of last time; the one that was used first, first.
   */
  private List<Used> some() {
    List<Used> some = new ArrayList<>(LOOKED_AT);
    for (int i = 0; i < PASSED && some.size() < LOOKED_AT; i++) {
      if (!unseen.hasNext()) {
        unseen = rooms.values().iterator();
      }
      MemoryRoom room = unseen.hasNext() ? unseen.next() : null;
      if (room != null && room.canGiveUp()) {
        some.add(new Used(room, room.lastUsed()));
      }
    }
    some.sort(Comparator.comparingLong(Used::last));
    return some;
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
