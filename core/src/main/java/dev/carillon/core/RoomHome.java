package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A room at its home shard: the one place of a node where its log grows, its publishes leave for
 * the broker, and its members are counted. Confined to the home shard.
 *
 * <p>Publishes wait while a batch is with the broker, and leave together when it is answered: the
 * slower the broker, the larger the batches. The log is fed by the broker's live feed alone, and
 * publishers are answered by the append's answer alone, in whatever order the two come.
 */
final class RoomHome {
  private static final long RETRY_MILLIS = 1000;

  /** A publish on its way. The reply is called on the home shard. */
  record Pending(Broker.Append append, Reply reply) {}

  /** Is told what became of a publish, and how many readers were attached on this node. */
  @FunctionalInterface
  interface Reply {
    void answered(Broker.Appended result, int readers);
  }

  private final Shard shard;
  private final RoomName name;
  private final List<RoomView> views = new ArrayList<>(1);
  private final List<RoomView> waiting = new ArrayList<>(0);
  private final ArrayDeque<Pending> pending = new ArrayDeque<>(2);
  private final RoomPolicy policy;
  private final RoomPresence presence;
  private final Subscriptions subscriptions;

  private @Nullable RoomLog log;
  private long oldest = 1;
  private Broker.@Nullable Attachment attachment;
  private int attempt;
  private boolean attaching;
  private @Nullable List<FedEntries> buffered;
  private boolean inFlight;
  private boolean queued;
  private long staleSince;
  private long retryAt;
  private int admitted;

  /** Whether it is known to have had a message; asked only where clients do not create rooms. */
  private boolean exists;

  /** Whether those who joined it by a wildcard have been told that it is there. */
  private boolean summoned;

  private long idleSince;

  private record FedEntries(Epoch epoch, List<Entry> entries) {}

  RoomHome(Shard shard, RoomName name) {
    this.shard = shard;
    this.name = name;
    this.policy = shard.policies().of(name);
    this.presence = new RoomPresence(this, policy.presence());
    this.subscriptions = new Subscriptions(shard, name, policy);
    this.idleSince = shard.now();
  }

  RoomName name() {
    return name;
  }

  Shard shard() {
    return shard;
  }

  // -- Readers ---------------------------------------------------------------------------------

  /** Attaches a shard's view; it is told when the log is there. */
  void attach(RoomView view) {
    RoomLog current = log;
    if (current != null) {
      views.add(view);
      long oldestNow = oldest;
      long headNow = current.head();
      long since = staleSince;
      shard.tell(
          view.shard(),
          () -> {
            view.attached(current, oldestNow, headNow);
            if (since != 0) {
              view.stale(since);
            }
          });
    } else {
      waiting.add(view);
      attachToBroker();
    }
  }

  void detach(RoomView view) {
    views.remove(view);
    waiting.remove(view);
    idleSince = shard.now();
  }

  /** Somebody saw the broker in another epoch than the feed told. */
  void suspect() {
    interrupted(attempt);
  }

  private void attachToBroker() {
    if (attaching) {
      return;
    }
    attaching = true;
    retryAt = Long.MAX_VALUE;
    buffered = new ArrayList<>(1);
    int mine = ++attempt;
    Broker.Feed feed =
        new Broker.Feed() {
          @Override
          public void entries(Epoch epoch, List<Entry> entries) {
            shard.post(() -> fed(mine, epoch, entries));
          }

          @Override
          public void stands(Problem problem) {
            shard.post(() -> RoomHome.this.stands(mine));
          }

          @Override
          public void goesOn() {
            shard.post(() -> RoomHome.this.goesOn(mine));
          }

          @Override
          public void interrupted(Problem problem) {
            shard.post(() -> RoomHome.this.interrupted(mine));
          }
        };
    attachment =
        shard.broker().attach(name, feed, answer -> shard.post(() -> attached(mine, answer)));
  }

  private void attached(int which, Broker.Answer<Broker.Extent> answer) {
    if (which != attempt) {
      return;
    }
    attaching = false;
    switch (answer) {
      case Broker.Answer.Done<Broker.Extent>(var extent) -> live(extent);
      case Broker.Answer.Failed<Broker.Extent>(var problem) -> {
        buffered = null;
        retryAt = shard.now() + RETRY_MILLIS;
        List<RoomView> refused = List.copyOf(waiting);
        waiting.clear();
        refused.forEach(view -> shard.tell(view.shard(), () -> view.attachFailed(problem)));
      }
    }
  }

  private void live(Broker.Extent extent) {
    retryAt = Long.MAX_VALUE;
    staleSince = 0;
    oldest = Math.max(1, extent.oldest());
    RoomLog current = log;
    if (current == null) {
      log = newLog(extent.epoch(), extent.head());
    } else if (!current.epoch().equals(extent.epoch()) || extent.head() < current.head()) {
      resetTo(extent.epoch(), extent.head(), "epoch-changed");
    } else {
      if (extent.head() > current.head()) {
        current.skipTo(extent.head());
      }
      long oldestNow = oldest;
      views.forEach(view -> shard.tell(view.shard(), () -> view.fresh(oldestNow)));
    }
    List<FedEntries> early = buffered == null ? List.of() : buffered;
    buffered = null;
    early.forEach(fed -> take(fed.epoch(), fed.entries()));
    List<RoomView> welcome = List.copyOf(waiting);
    waiting.clear();
    welcome.forEach(this::attach);
  }

  private void fed(int which, Epoch epoch, List<Entry> entries) {
    if (which != attempt) {
      return;
    }
    if (buffered == null) {
      take(epoch, entries);
    } else if (buffered.size() < shard.settings().logEntries()) {
      buffered.add(new FedEntries(epoch, entries));
    } else {
      interrupted(which); // too much came before the attach was answered: begin again
    }
  }

  private void take(Epoch epoch, List<Entry> entries) {
    RoomLog current = log;
    if (current == null || entries.isEmpty()) {
      return;
    }
    if (!current.epoch().equals(epoch)) {
      oldest = 1;
      current = resetTo(epoch, entries.getFirst().offset() - 1, "epoch-changed");
    }
    for (Entry entry : entries) {
      if (entry.offset() > current.head() + 1) {
        current.skipTo(entry.offset() - 1); // the feed lost some: readers fetch them as pages
      }
      if (entry.offset() == current.head() + 1) {
        current.append(entry);
      }
    }
    for (int i = 0; i < views.size(); i++) {
      views.get(i).raise();
    }
  }

  private RoomLog resetTo(Epoch epoch, long head, String reason) {
    RoomLog fresh = newLog(epoch, head);
    if (log != null) {
      log.retire();
    }
    log = fresh;
    long oldestNow = oldest;
    views.forEach(view -> shard.tell(view.shard(), () -> view.reset(fresh, oldestNow, reason)));
    return fresh;
  }

  private RoomLog newLog(Epoch epoch, long head) {
    NodeSettings settings = shard.settings();
    return new RoomLog(epoch, head, settings.logEntries(), settings.logBytes(), shard.held());
  }

  private void interrupted(int which) {
    if (which != attempt) {
      return;
    }
    dropAttachment();
    attaching = false;
    buffered = null;
    if (staleSince == 0) {
      staleSince = shard.now();
      long since = staleSince;
      views.forEach(view -> shard.tell(view.shard(), () -> view.stale(since)));
    }
    attachToBroker();
  }

  /** The broker takes nothing now: what it has can be read, but there may be more elsewhere. */
  private void stands(int which) {
    if (which == attempt && staleSince == 0) {
      staleSince = shard.now();
      long since = staleSince;
      views.forEach(view -> shard.tell(view.shard(), () -> view.stale(since)));
    }
  }

  private void goesOn(int which) {
    if (which == attempt && staleSince != 0 && !attaching) {
      staleSince = 0;
      long oldestNow = oldest;
      views.forEach(view -> shard.tell(view.shard(), () -> view.fresh(oldestNow)));
    }
  }

  private void dropAttachment() {
    Broker.Attachment current = attachment;
    if (current != null) {
      attachment = null;
      current.detach();
    }
  }

  // -- Publishers ------------------------------------------------------------------------------

  /** Takes a publish; it leaves for the broker at the end of the round. */
  void publish(Pending publish) {
    if (pending.size() >= shard.settings().maxPendingPerRoom()) {
      Problem full =
          new Problem(
              Problem.Reason.BROKER_UNAVAILABLE,
              pending.size() + " publishes wait for the broker in this room; try again later");
      publish.reply().answered(new Broker.Appended.Failed(false, full), 0);
      return;
    }
    if (shard.isShortOfMemory() && !pending.isEmpty()) {
      Problem full =
          new Problem(
              Problem.Reason.OVERLOADED,
              "the server is short of memory, and the broker is behind in this room; try again"
                  + " later");
      publish.reply().answered(new Broker.Appended.Failed(false, full), 0);
      return;
    }
    shard.held().add(HeldBytes.Kind.PUBLISHES, weight(publish));
    pending.add(publish);
    if (!inFlight && !queued) {
      queued = true;
      shard.appendAtEndOfRound(this);
    }
  }

  private static int weight(Pending publish) {
    return 200 + publish.append().draft().payload().size();
  }

  /** The round is ending: what waits leaves as one batch. */
  void flush() {
    queued = false;
    if (inFlight || pending.isEmpty()) {
      return;
    }
    inFlight = true;
    if (policy.creation() == RoomPolicy.Creation.SERVER && !exists) {
      shard.broker().find(name, Long.MAX_VALUE, answer -> shard.post(() -> looked(answer)));
    } else {
      summon();
    }
  }

  /** Only the server creates this room: clients' publishes before that are refused. */
  private void looked(Broker.Answer<Broker.Extent> answer) {
    exists = answer instanceof Broker.Answer.Done<Broker.Extent>(var extent) && extent.head() > 0;
    if (!exists && answer instanceof Broker.Answer.Done<Broker.Extent>) {
      for (Pending publish : List.copyOf(pending)) {
        if (publish.append().sender() != null) {
          pending.remove(publish);
          shard.held().add(HeldBytes.Kind.PUBLISHES, -weight(publish));
          publish.reply().answered(new Broker.Appended.Failed(false, noSuchRoom()), 0);
        }
      }
    }
    summon();
  }

  /**
   * Before its message gets a place, an inbox has those read it whom it is for, and a room that has
   * come up those who joined it by a wildcard: else they would miss it.
   */
  private void summon() {
    if (pending.isEmpty() || !name.isInbox() && (summoned || !shard.summoning().hasWildcards())) {
      append();
    } else {
      summoned = true;
      shard.summoning().everywhere(name, this::append);
    }
  }

  private Problem noSuchRoom() {
    return new Problem(
        Problem.Reason.NO_SUCH_ROOM, "there is no room " + name + "; only the server makes it");
  }

  private void append() {
    List<Pending> batch = List.copyOf(pending);
    pending.clear();
    if (batch.isEmpty()) {
      inFlight = false;
      return;
    }
    List<Broker.Append> appends = new ArrayList<>(batch.size());
    batch.forEach(publish -> appends.add(publish.append()));
    shard.broker().append(name, appends, results -> shard.post(() -> appended(batch, results)));
  }

  private void appended(List<Pending> batch, List<Broker.Appended> results) {
    inFlight = false;
    idleSince = shard.now();
    int readers = 0;
    for (int i = 0; i < views.size(); i++) {
      readers += views.get(i).readerCount();
    }
    for (int i = 0; i < batch.size(); i++) {
      shard.held().add(HeldBytes.Kind.PUBLISHES, -weight(batch.get(i)));
      exists |= results.get(i) instanceof Broker.Appended.Stored;
      batch.get(i).reply().answered(results.get(i), readers);
    }
    if (!pending.isEmpty() && !queued) {
      queued = true;
      shard.appendAtEndOfRound(this);
    }
  }

  // -- Memory ----------------------------------------------------------------------------------

  long logBytes() {
    return log == null ? 0 : log.bytes();
  }

  /** Keeps the newest entry of the log; who needs the others reads them from the broker. */
  long dropLog() {
    RoomLog current = log;
    if (current == null) {
      return 0;
    }
    long before = current.bytes();
    current.shrinkTo(0);
    return before - current.bytes();
  }

  // -- Members ---------------------------------------------------------------------------------

  RoomPresence presence() {
    return presence;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  void memberLeft(String session) {
    presence.left(session);
    idleSince = shard.now();
  }

  /** Who is there, and which of the changes told in the companion room it contains. */
  Roster roster() {
    RoomHome companion = shard.homeIfAny(name.presence());
    RoomLog told = companion == null ? null : companion.log;
    return presence.roster(told == null ? 0 : told.head());
  }

  /** Takes one of the room's places for members, if there is one. */
  boolean admit(int most) {
    boolean free = admitted < most;
    admitted += free ? 1 : 0;
    return free;
  }

  /** Gives a place back. */
  void dismiss() {
    admitted--;
    idleSince = shard.now();
  }

  /** Whether a retry's time has come, also when the clock was set back since it was planned. */
  private static boolean isDue(long at, long now) {
    return now >= at || at != Long.MAX_VALUE && at - now > RETRY_MILLIS;
  }

  // -- Time ------------------------------------------------------------------------------------

  /** Time has passed; true when the room is needed no more and has let go of the broker. */
  boolean tick(long now, long idleMillis) {
    presence.tick(now);
    subscriptions.tick();
    if (isDue(retryAt, now) && !attaching && (!waiting.isEmpty() || !views.isEmpty())) {
      attachToBroker();
    }
    boolean idle =
        views.isEmpty()
            && waiting.isEmpty()
            && pending.isEmpty()
            && !inFlight
            && admitted == 0
            && presence.isSettled()
            && subscriptions.isEmpty()
            && now - idleSince >= idleMillis;
    if (idle) {
      attempt++; // what the feed still says is meant for nobody
      if (log != null) {
        log.retire();
      }
      dropAttachment();
    }
    return idle;
  }
}
