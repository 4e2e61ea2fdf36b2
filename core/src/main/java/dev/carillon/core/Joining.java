package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Filter;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session's membership in one room, from the wish to join to the end. What is waited for, one
 * after the other: the filter, the application's word, a place where places are limited, the room's
 * log, where to begin in it, and who is there.
 */
final class Joining {
  private final Session session;
  private final RoomView view;
  private final RoomPolicy policy;
  private final long ref;
  private From from;
  private final @Nullable Claim claim;
  private final boolean wantsLatest;
  private final boolean rosterWanted;
  private final @Nullable String expression;
  private @Nullable Selection filter;
  private @Nullable Reader reader;
  private @Nullable Reader companion;
  private @Nullable RoomView companionView;
  private @Nullable Member said;
  private @Nullable Epoch located;
  private @Nullable Conflation latest;
  private @Nullable Runnable settled;
  private final boolean summoned;
  private boolean asked;
  private boolean holdsPlace;
  private boolean came;

  /** The session was here when it was taken up, and is still shown though it has not come yet. */
  private boolean returning;

  private boolean ended;

  /**
   * A membership that is yet to {@link #begin}.
   *
   * @param claim how it acknowledges, or null
   * @param settled run once, when the session reads the room or never will, where it did not ask
   *     to; or null
   */
  Joining(
      Session session,
      RoomView view,
      long ref,
      JoinOptions options,
      @Nullable Claim claim,
      @Nullable Runnable settled) {
    this.session = session;
    this.view = view;
    this.policy = view.shard().policies().of(view.name());
    this.ref = ref;
    From wished = options.from();
    this.wantsLatest =
        wished instanceof From.Now
            && policy.onJoin() == RoomPolicy.OnJoin.LATEST
            && session.canBeTold();
    this.from = wished instanceof From.Now ? begins() : wished;
    this.expression = options.filter();
    this.claim = claim;
    this.settled = settled;
    this.summoned = settled != null;
    this.rosterWanted = options.presence() && policy.hasPresence();
    view.retain();
  }

  /** Where a reader begins that does not say so. One that cannot be told a gap gets one message. */
  private From begins() {
    return policy.onJoin() == RoomPolicy.OnJoin.NOTHING
        ? new From.Now()
        : new From.Last(wantsLatest ? HistoryOptions.LOOKED_AT : 1);
  }

  /** Whether the client did not ask for it, but for others like it or for nothing. */
  boolean isSummoned() {
    return summoned;
  }

  private void settle() {
    Runnable then = settled;
    if (then != null) {
      settled = null;
      then.run();
    }
  }

  RoomView view() {
    return view;
  }

  /** As {@link Reader#quietAt}; -1 while there is no reader. */
  long quietAt() {
    return reader == null ? -1 : reader.quietAt();
  }

  /** What is to be said of its reader; null while there is none. */
  @Nullable Account account() {
    return reader == null ? null : reader.account();
  }

  /** How it acknowledges; null when it does not. */
  @Nullable Claim claim() {
    return claim;
  }

  /** The session says something of itself here; told at once, or when it has arrived. */
  void say(Member self) {
    said = self;
    if (came) {
      view.shard().atHome(view.name(), home -> home.presence().said(self));
    }
  }

  void begin(boolean comesBack) {
    returning = comesBack;
    String filtered = expression;
    if (filtered == null) {
      ask();
      return;
    }
    Shard shard = view.shard();
    Map<String, Object> claims = session.user().claims();
    shard.filters().compile(filtered, claims, answer -> shard.post(() -> compiled(answer)));
  }

  private void compiled(Filter.Compiled answer) {
    switch (answer) {
      case Filter.Compiled.Made(var text, var made) -> {
        if (continues(null)) {
          filter = new Selection(text, made);
          ask();
        }
      }
      case Filter.Compiled.Flawed(var flaw) ->
          continues(new Problem(Problem.Reason.BAD_FILTER, flaw));
    }
  }

  private void ask() {
    Gate gate = view.shard().gate();
    if (gate == Gate.OPEN) {
      admit();
    } else {
      asked = true;
      settle(); // the application may take its time, and a room's messages do not wait for it
      session.memberships().admissions++;
      gate.admit(session.self(), view.name(), verdict -> view.shard().post(() -> judged(verdict)));
    }
  }

  private void judged(@Nullable Problem verdict) {
    session.memberships().admissions--;
    if (continues(verdict)) {
      admit();
    }
  }

  private void admit() {
    int most = policy.limits().maxMembers();
    if (most >= RoomPolicy.Limits.UNCOUNTED) {
      open();
      return;
    }
    Shard shard = view.shard();
    shard.atHome(
        view.name(),
        home -> {
          boolean admitted = home.admit(most);
          home.shard().tell(shard, () -> admitted(admitted, most));
        });
  }

  private void admitted(boolean free, int most) {
    holdsPlace = free;
    if (ended) {
      giveBack();
    } else if (free) {
      open();
    } else {
      String words = "room " + view.name() + " has " + most + " members, as many as it may";
      fail(new Problem(Problem.Reason.ROOM_FULL, words));
    }
  }

  private void giveBack() {
    if (holdsPlace) {
      holdsPlace = false;
      view.shard().atHome(view.name(), RoomHome::dismiss);
    }
  }

  private void open() {
    view.whenLive(
        problem -> {
          if (continues(problem)) {
            Claim its = claim;
            if (its == null) {
              locate();
            } else {
              its.begin(failure -> claimed(its, failure));
            }
          }
        });
  }

  private void claimed(Claim its, @Nullable Problem problem) {
    if (continues(problem)) {
      from = its.from(from);
      locate();
    }
  }

  /**
   * Leaves: whatever was reached is undone.
   *
   * @param told whether the other members are told, or the session may come back
   * @param how what happened, for its account
   */
  void end(boolean told, Ending how) {
    ended = true;
    Shard shard = view.shard();
    if (reader != null) {
      reader.ended(how);
      view.remove(reader);
    }
    if (told && (came || asked || returning)) {
      shard.memberLeft(view.name(), session.id());
    }
    giveBack();
    settle();
    if (claim != null) {
      claim.end();
    }
    if (companion != null) {
      companion.view.remove(companion);
    }
    if (companionView != null) {
      companionView.release();
    }
    view.release();
  }

  private boolean continues(@Nullable Problem problem) {
    if (ended) {
      return false;
    }
    if (problem != null) {
      fail(problem);
      return false;
    }
    return true;
  }

  private void fail(Problem problem) {
    if (returning && session.memberships().keep(view.name())) {
      returning = false; // it may try again in time
    }
    end(true, Ending.LEFT);
    session.memberships().failed(this, ref, problem);
  }

  /**
   * Finds the offset to begin with, and reads the page that holds it where it takes one to know.
   */
  private void locate() {
    long head = view.head();
    if (policy.creation() == RoomPolicy.Creation.SERVER && head == 0 && !summoned) {
      String words = "there is no room " + view.name() + "; only the server makes it";
      fail(new Problem(Problem.Reason.NO_SUCH_ROOM, words));
      return;
    }
    switch (from) {
      case From.Now now -> welcome(view.newcomersHead() + 1);
      case From.Last(int count) -> locate(Math.max(1, head - count + 1));
      case From.After(Position seen) -> {
        boolean known = seen.epoch().equals(view.epoch()) && seen.offset() <= head;
        locate(known ? seen.offset() + 1 : head + 1);
      }
      case From.Since(long millis) -> find(millis);
    }
  }

  /** Whether the first one wanted is still retained is known when it is here. */
  private void locate(long first) {
    if (first > view.head() || view.entry(first) != null && !wantsLatest) {
      welcome(first);
    } else {
      view.paging().read(first, problem -> located(problem, first));
    }
  }

  private void located(@Nullable Problem problem, long wanted) {
    if (!continues(problem)) {
      return;
    }
    long first = Math.min(Math.max(wanted, view.oldest()), view.head() + 1);
    if (!wantsLatest) {
      welcome(first);
      return;
    }
    Epoch asked = view.epoch();
    view.conflations(filter).since(first, found -> latestIs(found, asked, first));
  }

  private void latestIs(@Nullable Conflation found, Epoch asked, long first) {
    if (!continues(null)) {
      return;
    }
    if (asked.equals(view.epoch())) {
      latest = found;
      welcome(first);
    } else {
      locate(); // the log has become another one meanwhile
    }
  }

  private void find(long millis) {
    Shard shard = view.shard();
    shard.broker().find(view.name(), millis, answer -> shard.post(() -> found(answer)));
  }

  private void found(Broker.Answer<Broker.Extent> answer) {
    switch (answer) {
      case Broker.Answer.Done<Broker.Extent>(var extent) -> {
        if (continues(null)) {
          boolean same = extent.epoch().equals(view.epoch());
          welcome(Math.min(same ? extent.oldest() : Long.MAX_VALUE, view.head() + 1));
        }
      }
      case Broker.Answer.Failed<Broker.Extent>(var problem) -> continues(problem);
    }
  }

  private void welcome(long next) {
    located = view.epoch();
    Claim its = claim;
    if (its == null) {
      come(next);
      return;
    }
    its.make(
        new Position(view.epoch(), next - 1),
        problem -> {
          if (continues(problem)) {
            come(next);
          }
        });
  }

  private void come(long next) {
    if (policy.hasPresence() && !session.isHidden()) {
      came = true;
      Member self = session.self();
      view.shard().atHome(view.name(), home -> home.presence().came(self));
      if (said != null) {
        say(said);
      }
    }
    if (!rosterWanted) {
      arrive(next, null);
      return;
    }
    RoomView beside = view.shard().view(view.name().presence());
    beside.retain();
    companionView = beside;
    beside.whenLive(
        problem -> {
          if (continues(problem)) {
            view.shard().members(view.name(), roster -> withRoster(next, roster));
          }
        });
  }

  private void withRoster(long next, Roster roster) {
    RoomView beside = companionView;
    if (ended || beside == null) {
      return;
    }
    companion = beside.add(session, Math.min(roster.offset(), beside.head()) + 1, null, null);
    arrive(next, roster);
  }

  /** Answers first, then adds the reader, so that the answer is on the lane before any message. */
  private void arrive(long next, @Nullable Roster roster) {
    Position head = new Position(view.epoch(), view.head());
    // Not what was located, if the log has become another one while something was asked.
    long first = isStill(head) ? next : head.offset() + 1;
    switch (from) {
      case From.After(Position seen) when !seen.epoch().equals(head.epoch()) ->
          reset(seen.epoch(), head, "epoch-changed", roster);
      case From.After(Position seen) when seen.offset() > head.offset() ->
          reset(seen.epoch(), head, "position-ahead", roster);
      case From.After(Position seen) -> resumed(seen.offset() + 1, first, head, roster);
      case From.Now now -> joined(new Position(head.epoch(), first - 1), first, roster);
      case From.Last last when !summoned -> joined(head, first, roster);
      case From.Since since when !summoned -> joined(head, first, roster);
      // Without a request nobody knows that this follows: it is said even when nothing does.
      default -> resumed(first, first, head, roster);
    }
    Acknowledgement acks = claim == null ? null : claim.arrived(head.epoch(), first, head.offset());
    Reader arrived = view.add(session, first, filter, acks);
    arrived.stays(stay(head, first));
    if (latest != null && head.epoch().equals(located)) {
      arrived.conflate(latest);
    }
    reader = arrived;
    view.sayIfStale(session);
    settle();
  }

  /** What is remembered of its beginning; what retention dropped before was told as a gap. */
  private Stay stay(Position head, long first) {
    long now = view.shard().now();
    if (!(from instanceof From.After(Position seen))) {
      return new Stay(now, first, Stay.NOTHING_STATED);
    }
    if (!seen.epoch().equals(head.epoch()) || seen.offset() > head.offset()) {
      return new Stay(now, first, Stay.RESET);
    }
    Stay made = new Stay(now, seen.offset() + 1, seen.offset());
    if (seen.offset() + 1 < first) {
      made.hole(view.shard(), HoleRing.Why.TRIMMED, seen.offset() + 1, first - 1);
    }
    return made;
  }

  private boolean isStill(Position head) {
    return head.epoch().equals(located)
        && (!(from instanceof From.After(Position seen))
            || seen.epoch().equals(head.epoch()) && seen.offset() <= head.offset());
  }

  private void resumed(long wanted, long next, Position head, @Nullable Roster roster) {
    RoomName room = view.name();
    if (wanted < next) {
      List<Range> lost = List.of(new Range(wanted, next - 1));
      session.tell(new Notice.Gap(room, head.epoch(), lost, "trimmed"));
    }
    session.tell(
        new Notice.Resumed(ref, room, head.epoch(), next, head.offset(), view.oldest(), roster));
  }

  private void joined(Position head, long next, @Nullable Roster roster) {
    session.tell(new Notice.Joined(ref, view.name(), head, view.oldest(), next, roster));
  }

  private void reset(Epoch old, Position head, String reason, @Nullable Roster roster) {
    session.tell(new Notice.Reset(ref, view.name(), old, head, view.oldest(), reason, roster));
  }
}
