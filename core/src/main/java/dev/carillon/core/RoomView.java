package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.WireForm;
import java.util.ArrayList;
import java.util.HashMap;
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
  private final List<Consumer<@Nullable Problem>> whenPaged = new ArrayList<>(0);
  private final List<Consumer<@Nullable Conflation>> whenLatest = new ArrayList<>(0);
  private final List<Reader> awaiting = new ArrayList<>(0);
  private final Map<String, Selection> selections = new LinkedHashMap<>(0);
  private final Pages pages;
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

  private @Nullable Conflation conflation;
  private long conflatedAt;
  private long lagFloor;
  private long floor = 1;
  private long newcomersHead = Long.MAX_VALUE;
  private long lastHigh;
  private long lastUsual;

  RoomView(Shard shard, RoomName name) {
    this.shard = shard;
    this.name = name;
    this.pages = new Pages(shard.held());
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
    conflation = null;
    lagFloor = 0;
    oldest(oldestRetained);
    lookAtPriorities();
    staleSince = 0;
    pages.clear();
    selections.values().forEach(Selection::reset);
    wakeAwaiting();
    Position head = new Position(current.epoch(), current.head());
    for (FormReaders group : groups) {
      group.reset();
      for (int i = 0; i < group.size(); i++) {
        Reader reader = group.reader(i);
        reader.session.tell(new Notice.Reset(0, name, old, head, oldest, reason, null));
        reader.moveTo(head.offset() + 1);
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

  /** The home shard: the feed is whole again, in the same epoch. */
  void fresh(long oldestRetained) {
    staleSince = 0;
    oldest(Math.max(oldest, oldestRetained));
    forgive();
    markDirty();
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

  private void oldest(long offset) {
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

  /** Where the newest message of each key stands, as of about now. */
  Conflation conflation() {
    Conflation known = conflation;
    if (known == null || known.upTo() + 1 < lagFloor || shard.uptime() > conflatedAt + 1000) {
      known = new Conflation(head(), this::entry);
      conflation = known;
      conflatedAt = shard.uptime();
    }
    return known;
  }

  /**
   * Finds where the newest message of each key stands in the whole of the room's end, from an
   * offset on, and then runs {@code then}, with null if it cannot be read. Those who ask at the
   * same time share one reading.
   */
  void latest(long from, Consumer<@Nullable Conflation> then) {
    if (from > head() || log().get(from) != null) {
      then.accept(conflation());
      return;
    }
    whenLatest.add(then);
    if (whenLatest.size() > 1) {
      return;
    }
    long upTo = head();
    Map<String, Long> newest = new HashMap<>();
    Backwards.Visitor visitor =
        new Backwards.Visitor() {
          @Override
          public boolean isThere() {
            return true;
          }

          @Override
          public boolean visit(Entry entry) {
            String key = entry.message().key();
            if (key != null) {
              newest.putIfAbsent(key, entry.offset());
            }
            return true;
          }

          @Override
          public void done(boolean more, @Nullable Problem problem) {
            List<Consumer<@Nullable Conflation>> waiting = List.copyOf(whenLatest);
            whenLatest.clear();
            Conflation found = problem == null ? new Conflation(upTo, newest) : null;
            waiting.forEach(each -> each.accept(found));
          }
        };
    new Backwards(shard, name, epoch(), from, upTo, visitor).begin();
  }

  /** Nobody could be given anything for a while: what readers wait for counts from now on. */
  private void forgive() {
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
      conflation = null;
    }
    if (!leaving.isEmpty()) { // not now: rooms are being gone through
      shard.post(() -> disconnect(leaving));
    }
  }

  private static void disconnect(List<Reader> slow) {
    for (Reader reader : slow) {
      if (!reader.left && reader.isTooFarBehind()) {
        reader.session.tooSlow(reader);
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

  long pageBytes() {
    return pages.bytes();
  }

  /** Drops pages; who still needs one has it read again. */
  long dropPages() {
    long bytes = pages.bytes();
    pages.clear();
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
   */
  Reader add(Session session, long next, @Nullable Selection filter) {
    FormReaders group = group(session.form());
    Selection selection = filter == null ? null : shared(filter);
    Reader reader = new Reader(session, this, group, selection, next);
    group.add(reader);
    readers.lazySet(readers.getPlain() + 1);
    if (next <= head()) {
      session.enqueue(reader);
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
    awaiting.remove(reader);
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
    return entry != null ? entry : pages.get(offset);
  }

  /** Has the page that holds {@code offset} read; the reader gets its turn when it is here. */
  void awaitPage(Reader reader, long offset) {
    if (!reader.awaiting) {
      reader.awaiting = true;
      awaiting.add(reader);
    }
    long from = pages.startFor(offset);
    if (pages.mayAsk()) {
      ask(from);
    }
  }

  /**
   * Has the page that holds {@code offset} read, and then runs {@code then}, with why if it failed.
   */
  void page(long offset, Consumer<@Nullable Problem> then) {
    whenPaged.add(then);
    ask(pages.startFor(offset));
  }

  private void ask(long from) {
    if (!pages.ask(from, shard.uptime())) {
      return;
    }
    Epoch asked = epoch();
    shard
        .broker()
        .read(
            name,
            from,
            Pages.ENTRIES,
            Pages.BYTES,
            answer -> shard.post(() -> paged(asked, from, answer)));
  }

  private void paged(Epoch asked, long from, Broker.Answer<Broker.Page> answer) {
    Problem problem = null;
    boolean useful = false;
    if (pages.isLate(from, shard.uptime())) {
      forgive();
    }
    switch (answer) {
      case Broker.Answer.Done<Broker.Page>(var page) -> {
        if (!page.extent().epoch().equals(epoch())) {
          pages.answered(from, null);
          shard.atHome(
              name, RoomHome::suspect); // the broker has moved on, and the feed has not said so
        } else if (!asked.equals(epoch())) {
          pages.answered(from, null);
        } else {
          useful = !page.entries().isEmpty() || page.extent().oldest() > oldest;
          pages.answered(from, page);
          oldest(Math.max(oldest, page.extent().oldest()));
        }
      }
      case Broker.Answer.Failed<Broker.Page> failed -> {
        pages.answered(from, null);
        forgive();
        problem = failed.problem();
      }
    }
    List<Consumer<@Nullable Problem>> then = List.copyOf(whenPaged);
    whenPaged.clear();
    for (Consumer<@Nullable Problem> each : then) {
      each.accept(problem);
    }
    if (useful) {
      wakeAwaiting(); // else the next tick does, so that a broker that lags is not asked in a
      // circle
    }
  }

  private void wakeAwaiting() {
    List<Reader> woken = List.copyOf(awaiting);
    awaiting.clear();
    for (Reader reader : woken) {
      reader.awaiting = false;
      reader.session.enqueue(reader);
    }
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
    if (pages.areLate(shard.uptime())) {
      forgive();
    }
    wakeAwaiting();
    watchSlow();
    pages.age();
    boolean over =
        users == 0
            && groups.isEmpty()
            && whenLive.isEmpty()
            && whenLatest.isEmpty()
            && now - idleSince >= idleMillis;
    if (over) {
      pages.clear();
    }
    return over;
  }
}
