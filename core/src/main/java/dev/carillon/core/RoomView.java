package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.WireForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One shard's view of a room that has readers there: the node's log, the readers by wire form, and
 * the pages read for those who catch up. Confined to the shard, but for {@link #raise()}.
 */
final class RoomView {
  private final Shard shard;
  private final RoomName name;
  private final List<FormReaders> groups = new ArrayList<>(1);
  private final List<Consumer<@Nullable Problem>> whenLive = new ArrayList<>(0);

  /** By the expressions of their readers' filters; of those without one by the empty one. */
  private final Map<String, Conflations> conflations = new LinkedHashMap<>(0);

  private final Map<String, Selection> selections = new LinkedHashMap<>(0);
  private final Paging paging;
  private final AtomicBoolean raised = new AtomicBoolean();
  private final Runnable takeRaise = this::takeRaise;
  private final RoomPolicy policy;

  private @Nullable RoomLog log;
  private long oldest = 1;
  private int users;

  /** How many readers there are; written by the shard alone, read by the room's home. */
  private final AtomicInteger readers = new AtomicInteger();

  private boolean attaching;
  private boolean dirty;
  private long idleSince;
  private long staleSince;

  /** Watches how far readers are behind; null while all keep up. */
  private @Nullable Lag lag;

  private long lagFloor;
  private long floor = 1;
  private long newcomersHead = Long.MAX_VALUE;
  private long lastHigh;
  private long lastUsual;

  RoomView(Shard shard, RoomName name) {
    this.shard = shard;
    this.name = name;
    this.paging = new Paging(this);
    this.policy = shard.policies().of(name);
  }

  RoomPolicy policy() {
    return policy;
  }

  Shard shard() {
    return shard;
  }

  RoomName name() {
    return name;
  }

  long head() {
    return log().head();
  }

  Epoch epoch() {
    return log().epoch();
  }

  /** The oldest offset known to be retained; what is older is gone for certain. */
  long oldest() {
    return oldest;
  }

  /** What is before this is trimmed, or waited for by slow readers alone. */
  long floor() {
    return floor;
  }

  /** The offset before which whoever still waits for something is slow. */
  long lagFloor() {
    return lagFloor;
  }

  /** The newest message of high priority, as of this round; 0 for none. */
  long lastHigh() {
    return lastHigh;
  }

  /** The newest message of more than low priority, as of this round. */
  long lastUsual() {
    return lastUsual;
  }

  /** Whether the past is not kept anywhere but in this node's log. */
  boolean keepsNothing() {
    return policy.delivery() == RoomPolicy.Delivery.VOLATILE;
  }

  private RoomLog log() {
    RoomLog current = log;
    if (current == null) {
      throw new IllegalStateException("room " + name + " is not live here");
    }
    return current;
  }

  /** Runs {@code then} when the log is here, with null, or with why it is not to be had. */
  void whenLive(Consumer<@Nullable Problem> then) {
    if (log != null) {
      then.accept(null);
      return;
    }
    whenLive.add(then);
    if (!attaching) {
      attaching = true;
      shard.atHome(name, home -> home.attach(this));
    }
  }

  /**
   * The home shard: the room's log is this one.
   *
   * @param headThen its head when it was asked for: whoever waited begins there, so that what was
   *     published behind its request to join is not missed
   */
  void attached(RoomLog current, long oldestRetained, long headThen) {
    attaching = false;
    log = current;
    oldest(oldestRetained);
    lookAtPriorities();
    newcomersHead = headThen;
    settle(null);
    newcomersHead = Long.MAX_VALUE;
  }

  /** Behind which offset a session begins that joins for what is published from now on. */
  long newcomersHead() {
    return Math.min(newcomersHead, head());
  }

  /** The home shard: the broker did not let the room be attached. */
  void attachFailed(Problem problem) {
    attaching = false;
    settle(problem);
  }

  /** Tells those who wait; whoever asks after a failure has it tried again. */
  private void settle(@Nullable Problem problem) {
    List<Consumer<@Nullable Problem>> waiting = List.copyOf(whenLive);
    whenLive.clear();
    waiting.forEach(then -> then.accept(problem));
  }

  /**
   * The home shard: the room goes on in another log, and nothing proves that it continues this one.
   */
  void reset(RoomLog current, long oldestRetained, String reason) {
    Epoch old = epoch();
    log = current;
    lag = null;
    conflations.clear();
    lagFloor = 0;
    oldest(oldestRetained);
    lookAtPriorities();
    staleSince = 0;
    paging.drop();
    selections.values().forEach(Selection::reset);
    paging.wakeAwaiting();
    Position head = new Position(current.epoch(), current.head());
    for (FormReaders group : groups) {
      group.reset();
      for (int i = 0; i < group.size(); i++) {
        Reader reader = group.reader(i);
        reader.session.tell(new Notice.Reset(0, name, old, head, oldest, reason, null));
        reader.reset(old, head, reason);
      }
    }
  }

  /** The home shard: the broker's feed is interrupted since then (milliseconds since 1970). */
  void stale(long since) {
    if (staleSince == 0) {
      staleSince = since;
      for (FormReaders group : groups) {
        for (int i = 0; i < group.size(); i++) {
          group.reader(i).session.tell(new Notice.Stale(name, since));
        }
      }
    }
  }

  /** Tells a reader that has just come what the others have been told. */
  void sayIfStale(Session session) {
    if (staleSince != 0) {
      session.tell(new Notice.Stale(name, staleSince));
    }
  }

  /** The home shard: the feed is whole again, in the same epoch. */
  void fresh(long oldestRetained) {
    boolean wasStale = staleSince != 0;
    staleSince = 0;
    oldest(Math.max(oldest, oldestRetained));
    forgive();
    markDirty();
    if (wasStale) {
      for (FormReaders group : groups) {
        for (int i = 0; i < group.size(); i++) {
          group.reader(i).fresh();
        }
      }
    }
  }

  /**
   * Says that the head was raised. Safe for use by many threads; many raises before the shard gets
   * to look are one.
   */
  void raise() {
    if (!raised.getPlain() && raised.compareAndSet(false, true)) {
      shard.post(takeRaise);
    }
  }

  private void takeRaise() {
    // Before the head is read: a raise that comes after this is seen, or posts again.
    raised.set(false);
    markDirty();
  }

  /** What is older than this offset is known to be gone. */
  void oldest(long offset) {
    oldest = offset;
    floor = Math.max(oldest, lagFloor);
  }

  private void lookAtPriorities() {
    RoomLog current = log();
    lastHigh = current.lastHigh();
    lastUsual = current.lastUsual();
  }

  // -- Slow readers ------------------------------------------------------------------------------

  /** A reader's socket takes no more: from now on it is watched how far anybody is behind. */
  void lagging() {
    RoomLog current = log;
    if (lag == null && current != null) {
      lag = new Lag(policy.slowReaders(), current.head(), current.weight(), shard.uptime());
    }
  }

  /** Whether some reader is behind, so that what is encoded will be asked for again. */
  boolean isLagging() {
    return lag != null;
  }

  /** What is superseded for readers with a filter, or for those without one. */
  Conflations conflations(@Nullable Selection selection) {
    return conflations.computeIfAbsent(
        selection == null ? "" : selection.expression(),
        absent -> new Conflations(this, selection));
  }

  /** Nobody could be given anything for a while: what readers wait for counts from now on. */
  void forgive() {
    if (lag != null) {
      lag = null;
      lagging();
    }
  }

  private void watch(Lag current) {
    RoomLog watched = log();
    long weight = watched.weight();
    current.mark(watched.head(), weight, shard.uptime());
    lagFloor = Math.max(lagFloor, current.floor(weight, shard.uptime()));
    floor = Math.max(oldest, lagFloor);
  }

  private void watchSlow() {
    Lag current = lag;
    if (current == null) {
      return;
    }
    watch(current);
    List<Reader> leaving = new ArrayList<>(0);
    boolean behind = false;
    for (FormReaders group : groups) {
      for (int i = 0; i < group.size(); i++) {
        Reader reader = group.reader(i);
        behind |= reader.next() <= head();
        boolean slow = reader.next() < lagFloor && reader.isTooFarBehind();
        if (slow && reader.action() == SlowReaders.Action.DISCONNECT) {
          leaving.add(reader);
        }
      }
    }
    if (!behind) {
      lag = null;
    }
    if (!leaving.isEmpty()) { // not now: rooms are being gone through
      shard.post(() -> disconnect(leaving));
    }
  }

  private static void disconnect(List<Reader> slow) {
    for (Reader reader : slow) {
      if (!reader.left && reader.isTooFarBehind()) {
        reader.session.turns().tooSlow(reader);
      }
    }
  }

  // -- Memory ------------------------------------------------------------------------------------

  long renditionBytes() {
    long bytes = 0;
    for (FormReaders group : groups) {
      bytes += group.bytes();
    }
    return bytes;
  }

  /** Drops what was encoded; who still needs it has it encoded again. */
  long dropRenditions() {
    long bytes = renditionBytes();
    groups.forEach(FormReaders::reset);
    return bytes;
  }

  private void markDirty() {
    if (!dirty && log != null) {
      dirty = true;
      shard.dirty(this);
    }
  }

  /** The round's turn: every reader behind the head is queued in its session. */
  void enqueueReaders() {
    dirty = false;
    lookAtPriorities();
    if (lag != null) {
      watch(lag);
    }
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).enqueueAll();
    }
  }

  /**
   * Adds a reader that begins with {@code next}.
   *
   * @param filter what it wants, with the expression by which equal filters are known; or null
   * @param acks what it is owed, where it acknowledges
   */
  Reader add(
      Session session, long next, @Nullable Selection filter, @Nullable Acknowledgement acks) {
    FormReaders group = group(session.form());
    Selection selection = filter == null ? null : shared(filter);
    Reader reader = new Reader(session, this, group, selection, acks, next);
    if (acks != null) {
      acks.of(reader);
    }
    group.add(reader);
    readers.lazySet(readers.getPlain() + 1);
    if (next <= head()) {
      session.turns().enqueue(reader);
    }
    return reader;
  }

  /** How many readers there are here. Safe for use by many threads. */
  int readerCount() {
    return readers.get();
  }

  void remove(Reader reader) {
    reader.left = true;
    reader.group.remove(reader);
    readers.lazySet(readers.getPlain() - 1);
    paging.forget(reader);
    Selection selection = reader.selection();
    if (selection != null && selection.leave()) {
      selections.remove(selection.expression());
    }
    if (reader.group.size() == 0) {
      reader.group.reset();
      groups.remove(reader.group);
    }
  }

  private Selection shared(Selection filter) {
    Selection known = selections.putIfAbsent(filter.expression(), filter);
    Selection selection = known == null ? filter : known;
    selection.join();
    return selection;
  }

  private FormReaders group(WireForm form) {
    for (FormReaders group : groups) {
      if (group.form() == form) {
        return group;
      }
    }
    FormReaders group = new FormReaders(this, form);
    groups.add(group);
    return group;
  }

  /** An entry that is at hand, in the node's log or in a page; null when it has to be read. */
  @Nullable Entry entry(long offset) {
    Entry entry = log().get(offset);
    return entry != null ? entry : paging.get(offset);
  }

  boolean isInLog(long offset) {
    return log().get(offset) != null;
  }

  Paging paging() {
    return paging;
  }

  /** Keeps the view while something needs it. */
  void retain() {
    users++;
  }

  void release() {
    users--;
    idleSince = shard.now();
  }

  /** Time has passed; true when nobody has needed the view for as long as {@code idleMillis}. */
  boolean tick(long now, long idleMillis) {
    paging.tick();
    watchSlow();
    conflations.values().removeIf(Conflations::areOver);
    boolean over =
        users == 0
            && groups.isEmpty()
            && whenLive.isEmpty()
            && conflations.isEmpty()
            && now - idleSince >= idleMillis;
    if (over) {
      paging.drop();
    }
    return over;
  }
}
