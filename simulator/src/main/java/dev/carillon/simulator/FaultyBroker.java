package dev.carillon.simulator;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Message;
import dev.carillon.core.Policies;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.SessionStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A broker far away: it delays, answers out of order, refuses, answers that it cannot tell, applies
 * what it could not tell about later, drops its feeds, and fails over to a replica that knows
 * nothing. What it holds is held by a real memory broker, in some runs behind a disk.
 */
final class FaultyBroker implements Broker {
  private final World world;
  private final Chance chance;
  private final Policies policies;
  private final InstantSource clock;
  private final boolean onDisk;
  private final List<FarFeed> feeds = new ArrayList<>();
  private Broker store;
  private int faultsPerThousand;
  private BiConsumer<Subscriber, Cursor> watcher = (who, cursor) -> {};

  FaultyBroker(World world, Policies policies, int faultsPerThousand) {
    this(world, policies, world, faultsPerThousand, false);
  }

  /**
   * One that goes by a clock of its own.
   *
   * @param onDisk whether it keeps what it holds in groups on a disk
   */
  FaultyBroker(
      World world, Policies policies, InstantSource clock, int faultsPerThousand, boolean onDisk) {
    this.world = world;
    this.clock = clock;
    this.onDisk = onDisk;
    this.chance = world.broker;
    this.policies = policies;
    this.faultsPerThousand = faultsPerThousand;
    this.store = newStore();
  }

  private Broker newStore() {
    Broker held = new MemoryBroker(policies, clock, chance.split(), 1L << 30);
    return onDisk ? new DiskBroker(world, chance.split(), held) : held;
  }

  /** Has somebody told of each cursor that is to be kept. */
  void watch(BiConsumer<Subscriber, Cursor> by) {
    watcher = by;
  }

  /** From now on everything works, only slowly. */
  void heal() {
    faultsPerThousand = 0;
  }

  /** From now on so many of a thousand calls fail. */
  void fail(int perThousand) {
    faultsPerThousand = perThousand;
  }

  /** The node is gone, and with it the power of a broker on its disk; nobody is told anything. */
  void crash() {
    if (store instanceof DiskBroker disk) {
      disk.losePower();
    }
    for (FarFeed feed : List.copyOf(feeds)) {
      feed.detach();
    }
  }

  /** Fails over: everything that was held is lost, and every feed is interrupted. */
  void failOver() {
    store = newStore();
    for (FarFeed feed : List.copyOf(feeds)) {
      feed.interrupt();
    }
  }

  /** Drops what one feed has under way, and says so later. */
  void dropSomeFeed() {
    if (!feeds.isEmpty()) {
      feeds.get(chance.nextInt(feeds.size())).interrupt();
    }
  }

  /** What the store holds at this moment, without a delay: the truth that runs are held against. */
  Position head(RoomName room) {
    return head(store, room);
  }

  /** The same of a store that answers at once. */
  static Position head(Broker store, RoomName room) {
    List<Position> heads = new ArrayList<>(1);
    store.find(
        room,
        Long.MAX_VALUE,
        answer -> {
          if (answer instanceof Answer.Done<Extent>(var extent)) {
            heads.add(new Position(extent.epoch(), extent.head()));
          }
        });
    return heads.getFirst();
  }

  /** How far a subscription has come, in truth; null when there is none. */
  @Nullable Cursor cursor(RoomName room, Subscriber who) {
    List<Cursor> cursors = new ArrayList<>(1);
    store.subscription(
        room,
        who,
        answer -> {
          if (answer instanceof Answer.Done<Subscription>(var found) && found.cursor() != null) {
            cursors.add(found.cursor());
          }
        });
    return cursors.isEmpty() ? null : cursors.getFirst();
  }

  /** Whether a message is not kept any more, in truth: it was trimmed, or the log is no more. */
  boolean isTrimmed(RoomName room, String epoch, long offset) {
    List<Extent> extents = new ArrayList<>(1);
    store.read(
        room,
        1,
        1,
        1,
        answer -> {
          if (answer instanceof Answer.Done<Page>(var page)) {
            extents.add(page.extent());
          }
        });
    Extent now = extents.getFirst();
    return !now.epoch().toString().equals(epoch) || offset < now.oldest();
  }

  /** The messages of a room, in truth. */
  List<Message> messages(RoomName room) {
    List<Message> found = new ArrayList<>();
    store.read(
        room,
        1,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        answer -> {
          if (answer instanceof Answer.Done<Page>(var page)) {
            page.entries().forEach(entry -> found.add(entry.message()));
          }
        });
    return found;
  }

  private boolean fault() {
    return chance.nextInt(1000) < faultsPerThousand;
  }

  private long delay() {
    return chance.nextInt(10) == 0 ? chance.nextInt(400) : chance.nextInt(8);
  }

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    Broker at = store;
    if (fault()) {
      Problem slow = new Problem(Problem.Reason.BROKER_UNAVAILABLE, "no answer from the broker");
      boolean applied = chance.nextBoolean();
      boolean inDoubt = applied || chance.nextBoolean();
      if (applied) {
        world.after(delay(), "append unanswered", () -> at.append(room, batch, results -> {}));
      }
      Appended failed = new Appended.Failed(inDoubt, slow);
      List<Appended> results = Collections.nCopies(batch.size(), failed);
      world.after(delay(), "append failed", () -> answer.accept(results));
      return;
    }
    world.after(
        delay(),
        "append",
        () ->
            at.append(
                room,
                batch,
                results -> world.after(delay(), "appended", () -> answer.accept(results))));
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    FarFeed far = new FarFeed(feed);
    feeds.add(far);
    boolean fails = fault();
    world.after(
        delay(),
        "attach",
        () -> {
          if (fails || far.over) {
            world.after(delay(), "attach failed", () -> answer.accept(unavailable()));
            return;
          }
          far.inner =
              store.attach(
                  room,
                  far,
                  extent -> world.after(delay(), "attached", () -> answer.accept(extent)));
        });
    return far;
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    if (fault()) {
      world.after(delay(), "read failed", () -> answer.accept(unavailable()));
      return;
    }
    world.after(
        delay(),
        "read",
        () ->
            store.read(
                room,
                from,
                limit,
                maxBytes,
                page -> world.after(delay(), "page", () -> answer.accept(page))));
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    if (fault()) {
      world.after(delay(), "find failed", () -> answer.accept(unavailable()));
      return;
    }
    world.after(
        delay(),
        "find",
        () ->
            store.find(
                room, since, extent -> world.after(delay(), "found", () -> answer.accept(extent))));
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    if (fault()) {
      world.after(delay(), "rooms failed", () -> answer.accept(unavailable()));
      return;
    }
    world.after(
        delay(),
        "rooms",
        () ->
            store.rooms(
                matching,
                limit,
                found -> world.after(delay(), "rooms found", () -> answer.accept(found))));
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    if (fault()) {
      world.after(delay(), "subscription failed", () -> answer.accept(unavailable()));
      return;
    }
    world.after(
        delay(),
        "subscription",
        () ->
            store.subscription(
                room,
                who,
                found -> world.after(delay(), "subscribed", () -> answer.accept(found))));
  }

  /** A cursor that could not be told about may have been kept all the same, also later. */
  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    watcher.accept(who, cursor);
    Broker at = store;
    if (fault()) {
      if (chance.nextBoolean()) {
        world.after(delay(), "settle unanswered", () -> at.settle(room, who, cursor, kept -> {}));
      }
      world.after(delay(), "settle failed", () -> answer.accept(unavailable()));
      return;
    }
    world.after(
        delay(),
        "settle",
        () ->
            at.settle(
                room,
                who,
                cursor,
                kept -> world.after(delay(), "settled", () -> answer.accept(kept))));
  }

  @Override
  public SessionStore sessions() {
    return store.sessions();
  }

  @Override
  public void close() {
    store.close();
  }

  private static <T> Answer<T> unavailable() {
    return new Answer.Failed<>(
        new Problem(Problem.Reason.BROKER_UNAVAILABLE, "the broker cannot be reached"));
  }

  /** A feed over a line that keeps order but not time. */
  private final class FarFeed implements Feed, Attachment {
    private final Feed to;
    private Attachment inner = () -> {};
    private long notBefore;
    private boolean over;

    FarFeed(Feed to) {
      this.to = to;
    }

    @Override
    public void entries(Epoch epoch, List<Entry> entries) {
      List<Entry> copy = List.copyOf(entries);
      notBefore = Math.max(notBefore, world.millis() + delay());
      deliver("feed", () -> to.entries(epoch, copy));
    }

    private void deliver(String what, Runnable task) {
      // One millisecond apart, as events of one time come in any order.
      long wait = ++notBefore - world.millis();
      world.after(
          wait,
          what,
          () -> {
            if (!over) {
              task.run();
            }
          });
    }

    @Override
    public void interrupted(Problem problem) {
      to.interrupted(problem);
    }

    void interrupt() {
      if (!over) {
        detach();
        Problem lost = new Problem(Problem.Reason.BROKER_UNAVAILABLE, "the feed was lost");
        world.after(delay(), "feed lost", () -> to.interrupted(lost));
      }
    }

    @Override
    public void detach() {
      over = true;
      inner.detach();
      feeds.remove(this);
    }
  }
}
