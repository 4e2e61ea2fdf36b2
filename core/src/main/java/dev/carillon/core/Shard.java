package dev.carillon.core;

import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Filter;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Shedder;
import dev.carillon.core.spi.WireForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's share of a node: its sessions, cursors and renditions, its view of each room
 * with readers here, and the rooms that have their home here. Confined to its loop, and so nothing
 * in it is locked.
 *
 * <p>What happens within a round only marks rooms, sessions and publishes; the round's end appends,
 * delivers and flushes each of them once; where that is long, {@link Deliveries} in parts.
 */
public final class Shard {
  /** How much of the encoding buffer is kept after a large message, in bytes. */
  static final int SCRATCH_KEPT = 64 << 10;

  private static final long SWEEP_MILLIS = 1000;

  /** What a room takes, about, without messages and readers: its view, or at home. */
  private static final int ROOM_BYTES = 1000;

  /**
   * A server that stood still for longer, or whose clock was set, does not charge it to clients.
   */
  private static final long MOST_BETWEEN_TICKS = 300;

  private final Node node;
  private final int number;
  private final Mailbox mailbox;
  private final String idPrefix;
  private final Bytes scratch = new Bytes(1024);
  private final Counts<PublishOutcome> publishes = new Counts<>(PublishOutcome.class);
  private final Counts<SlowReaders.Action> slowReaders = new Counts<>(SlowReaders.Action.class);
  private final HeldBytes held = new HeldBytes();
  private final SegmentPool pool = new SegmentPool(held);
  private final Map<RoomName, RoomView> views = new LinkedHashMap<>();
  private final Map<RoomName, RoomHome> homes = new LinkedHashMap<>();
  private final List<Session> sessions = new ArrayList<>();
  private final SessionsByUser byUser = new SessionsByUser();
  private final Summoning summoning;
  private final ResumableSessions resumable = new ResumableSessions(this);
  private final Calls calls = new Calls(this);
  private final Acknowledging acknowledging = new Acknowledging();
  private final Ledger ledger;
  private final Shedding shedding;
  private final Runnable round = this::round;
  private final Admission admission;

  private final Deliveries deliveries;
  private List<RoomView> dirty = new ArrayList<>();
  private List<RoomHome> appending = new ArrayList<>();
  private boolean roundPosted;

  private long sweptAt;
  private long tickedAt;
  private long uptime;
  private boolean shortOfMemory;
  private long ids;

  Shard(Node node, int number, int shards, Mailbox mailbox, String idPrefix) {
    this.node = node;
    this.number = number;
    this.mailbox = mailbox;
    this.idPrefix = idPrefix;
    this.deliveries = new Deliveries(node.settings().turnsAtOnce());
    this.summoning = new Summoning(this, node);
    double sessionsPerSecond = (double) node.settings().sessionsPerSecond() / shards;
    this.admission = new Admission(sessionsPerSecond, node.clock().millis());
    this.ledger = new Ledger(this, node.settings().memoryBytes() / shards);
    this.shedding =
        new Shedding(pool, views.values(), homes.values(), ledger, held, () -> sweep(now(), 0));
  }

  /**
   * Asks whether a session may begin now. To be asked once, before {@link #open}.
   *
   * @return null if it may; else why not, and when to come back
   */
  public @Nullable Problem refusal(Arrival arrival) {
    return admission.refusal(arrival, now(), shortOfMemory);
  }

  /**
   * Opens a session on a connection of this shard.
   *
   * @param form how messages are put for it
   * @param conversation is told what happens in the session
   */
  public Session open(
      User user, Permissions permissions, WireForm form, Outlet outlet, Conversation conversation) {
    Member self = new Member(newId(), user, null);
    Session session = new Session(this, self, permissions, form, outlet, conversation);
    session.index = sessions.size();
    sessions.add(session);
    byUser.add(session);
    return session;
  }

  /** Has the task run on this shard's thread. Safe for use by many threads. */
  public void post(Runnable task) {
    mailbox.post(task);
  }

  /** Lets time pass: called about every 100 milliseconds by whoever drives the shard. */
  public void tick() {
    long now = now();
    uptime += Math.clamp(now - tickedAt, 0, MOST_BETWEEN_TICKS);
    tickedAt = now;
    keepWithinBudget();
    resumable.tick(now);
    calls.tick(now);
    acknowledging.tick();
    if (now - sweptAt >= SWEEP_MILLIS || now < sweptAt) { // clocks are set back, too
      sweptAt = now;
      expireSessions(now);
      sweep(now, settings().roomIdle().toMillis());
    }
  }

  private void expireSessions(long now) {
    for (int i = sessions.size() - 1; i >= 0; i--) {
      // Whoever is let go has its place taken by one that was looked at already.
      if (i < sessions.size()) {
        sessions.get(i).expire(now);
      }
    }
  }

  /**
   * Lets go of memory where the node holds more than its budget. Done at every tick; whoever has
   * just come to hold much more need not wait for it.
   */
  public void keepWithinBudget() {
    countRooms();
    long excess = node.governor().excessOf(held);
    shortOfMemory = excess > 0;
    if (shortOfMemory) {
      shedding.shed(excess);
    }
  }

  /** Whether the node held more than its budget when it was last looked at. */
  boolean isShortOfMemory() {
    return shortOfMemory;
  }

  /** Who ends connections when memory is short. To be called before any session is opened. */
  public void shedConnectionsWith(Shedder shedder) {
    shedding.connections(shedder);
  }

  private void sweep(long now, long idle) {
    views
        .values()
        .removeIf(
            view -> {
              boolean over = view.tick(now, idle);
              if (over) {
                atHome(view.name(), home -> home.detach(view));
              }
              return over;
            });
    long inboxIdle = Math.max(idle, settings().sessionTtl().toMillis());
    homes.values().removeIf(home -> home.tick(now, home.name().isInbox() ? inboxIdle : idle));
    countRooms();
  }

  private void countRooms() {
    long bytes = (long) ROOM_BYTES * (views.size() + homes.size());
    held.add(HeldBytes.Kind.ROOMS, bytes - held.of(HeldBytes.Kind.ROOMS));
  }

  /**
   * Says goodbye to every session and ends its connection after it.
   *
   * @param spreadMillis each client is given its own moment to come back in, from 0 to this
   */
  public void goodbye(Disconnect why, long spreadMillis) {
    List<Session> leaving = List.copyOf(sessions);
    int shards = node.shards().size();
    for (int i = 0; i < leaving.size(); i++) {
      long place = (long) i * shards + number; // no two shards name the same moment
      long slot = spreadMillis * place / ((long) leaving.size() * shards);
      leaving.get(i).tell(new Notice.Goodbye(why.words(), slot));
      leaving.get(i).outlet().close(why, why.words());
    }
  }

  /** How many sessions there are. */
  public int sessionCount() {
    return sessions.size();
  }

  /** How many sessions wait for a connection to take them up again. */
  public int detachedCount() {
    return resumable.waitingCount();
  }

  /** How many rooms have readers here. */
  public int roomCount() {
    return views.size();
  }

  /** How many bytes renditions hold outside the heap. */
  public long renditionBytes() {
    return pool.bytes();
  }

  /** What became of its sessions' publishes. Safe for use by many threads. */
  public Counts<PublishOutcome> publishes() {
    return publishes;
  }

  /** What was done about its slow readers. Safe for use by many threads. */
  public Counts<SlowReaders.Action> slowReaders() {
    return slowReaders;
  }

  /** Sessions that it let begin. Safe for use by many threads. */
  public Counts<Arrival> admitted() {
    return admission.admitted();
  }

  /** Those that were told to come back later. Safe for use by many threads. */
  public Counts<Arrival> refused() {
    return admission.refused();
  }

  /** What became of what its readers acknowledge. Safe for use by many threads. */
  public Counts<AckOutcome> acknowledgements() {
    return acknowledging.counts();
  }

  /** How much its ledger holds, from which it is explained who got what. Safe for many threads. */
  public LedgerCounts ledgerCounts() {
    return ledger.counts();
  }

  /** What it holds of all that grows with clients. Safe for use by many threads. */
  public HeldBytes held() {
    return held;
  }

  // -- The round -------------------------------------------------------------------------------

  /** Gives a session its turn at the end of this round. */
  void touch(Session session) {
    if (!session.touched) {
      session.touched = true;
      deliveries.add(session);
      schedule();
    }
  }

  Deliveries deliveries() {
    return deliveries;
  }

  void dirty(RoomView view) {
    dirty.add(view);
    schedule();
  }

  void appendAtEndOfRound(RoomHome home) {
    appending.add(home);
    schedule();
  }

  void schedule() {
    if (!roundPosted) {
      roundPosted = true;
      mailbox.post(round);
    }
  }

  private void round() {
    try {
      List<RoomHome> toAppend = appending;
      if (!toAppend.isEmpty()) {
        appending = new ArrayList<>(toAppend.size());
        toAppend.forEach(RoomHome::flush);
      }
      List<RoomView> toDeliver = dirty;
      if (!toDeliver.isEmpty()) {
        dirty = new ArrayList<>(toDeliver.size());
        toDeliver.forEach(RoomView::enqueueReaders);
      }
      deliveries.goOn();
      resumable.keep();
    } finally {
      roundPosted = !deliveries.areDone() || !dirty.isEmpty() || !appending.isEmpty();
      if (roundPosted) {
        mailbox.postBehindInput(round);
      }
    }
  }

  // -- Rooms -----------------------------------------------------------------------------------

  /** This shard's view of a room. */
  RoomView view(RoomName name) {
    return views.computeIfAbsent(name, absent -> new RoomView(this, absent));
  }

  /** Does something with a room at its home shard: now if that is here, else soon. */
  void atHome(RoomName name, Consumer<RoomHome> action) {
    Shard at = node.homeOf(name);
    tell(at, () -> action.accept(at.home(name)));
  }

  /** A room whose home is this shard. */
  RoomHome home(RoomName name) {
    return homes.computeIfAbsent(name, absent -> new RoomHome(this, absent));
  }

  @Nullable RoomHome homeIfAny(RoomName name) {
    return homes.get(name);
  }

  /** Has another shard do something, in order; now if it is this one. Called on this shard. */
  void tell(Shard other, Runnable task) {
    if (other == this) {
      task.run();
    } else {
      other.post(task);
    }
  }

  /** Sends a publish on its way; the reply comes back to this shard. */
  void publish(RoomName room, Broker.Append append, RoomHome.Reply reply) {
    atHome(
        room,
        home ->
            home.publish(
                new RoomHome.Pending(
                    append,
                    (result, readers) ->
                        home.shard().tell(this, () -> reply.answered(result, readers)))));
  }

  void memberLeft(RoomName room, String session) {
    node.gate().left(session, room);
    atHome(room, home -> home.memberLeft(session));
  }

  /**
   * A session of an earlier run was in a room: it is still shown there, until its grace is over.
   */
  void memberStayed(RoomName room, Member member) {
    atHome(room, home -> home.presence().stayed(member));
  }

  /** Asks who is in a room; the reply comes back to this shard. */
  void members(RoomName room, Consumer<Roster> reply) {
    atHome(
        room,
        home -> {
          Roster roster = home.roster();
          home.shard().tell(this, () -> reply.accept(roster));
        });
  }

  /**
   * Claims a session where its token points and then, as it may have moved, at the next shard; what
   * was found comes back to this one.
   */
  void giveUp(int at, String token, User user, Consumer<@Nullable DetachedSession> reply) {
    tell(node.shard(at), () -> node.shard(at).seek(this, 1, token, user, reply));
  }

  private void seek(
      Shard asking, int asked, String token, User user, Consumer<@Nullable DetachedSession> reply) {
    DetachedSession found = resumable.giveUp(token, user);
    if (found != null || asked == shardCount()) {
      tell(asking, () -> reply.accept(found));
    } else {
      Shard next = node.shard((number + 1) % shardCount());
      tell(next, () -> next.seek(asking, asked + 1, token, user, reply));
    }
  }

  /** Ends the sessions that are meant, with and without a connection; says how many there were. */
  int remove(Predicate<Member> meant, String reason) {
    List<Session> ended = sessions.stream().filter(each -> meant.test(each.self())).toList();
    ended.forEach(session -> session.remove(reason));
    return ended.size() + resumable.end(meant);
  }

  /** Takes the sessions that are meant out of a room. */
  void expel(RoomName room, Predicate<Member> meant, String reason) {
    for (Session session : List.copyOf(sessions)) {
      if (meant.test(session.self())) {
        session.memberships().expel(room, reason);
      }
    }
  }

  /** The sessions that have a connection here. */
  List<Session> sessions() {
    return sessions;
  }

  SessionsByUser byUser() {
    return byUser;
  }

  /** A session has another user from now on. */
  void changeUser(Session session, Runnable change) {
    byUser.remove(session);
    change.run();
    byUser.add(session);
  }

  Summoning summoning() {
    return summoning;
  }

  Acknowledging acknowledging() {
    return acknowledging;
  }

  Ledger ledger() {
    return ledger;
  }

  Calls calls() {
    return calls;
  }

  ResumableSessions resumable() {
    return resumable;
  }

  /** A session's connection is gone. */
  void closed(Session session) {
    byUser.remove(session);
    Session last = sessions.removeLast();
    if (last != session) {
      sessions.set(session.index, last);
      last.index = session.index;
    }
  }

  // -- What it was given -----------------------------------------------------------------------

  /** Which of the node's shards this is, from 0. */
  public int number() {
    return number;
  }

  /** Where the session of this name was opened, if its name is one that a shard here gave. */
  int birthplace(String session) {
    return node.birthplace(session);
  }

  boolean named(String session) {
    return session.startsWith(idPrefix);
  }

  Shard sibling(int other) {
    return node.shard(other);
  }

  int shardCount() {
    return node.shards().size();
  }

  String newSecret() {
    return node.newSecret();
  }

  SegmentPool pool() {
    return pool;
  }

  Bytes scratch() {
    return scratch;
  }

  NodeSettings settings() {
    return node.settings();
  }

  Policies policies() {
    return node.policies();
  }

  Broker broker() {
    return node.broker();
  }

  Filter.Compiler filters() {
    return node.filters();
  }

  Gate gate() {
    return node.gate();
  }

  /** Milliseconds that it has run, for waits: a clock that is set changes nothing. */
  long uptime() {
    return uptime;
  }

  long now() {
    return node.clock().millis();
  }

  /** An identifier that no other shard or node gives out. */
  String newId() {
    return idPrefix + Long.toString(++ids, 36);
  }

  /** Under which name it counts what it publishes itself; no other shard or node has it. */
  String publisher() {
    return idPrefix;
  }

  /** A number higher than all that this shard has given out. */
  long nextNumber() {
    return ++ids;
  }
}
