package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Filter;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session's membership in one room, from the wish to join to the end. Five things are waited for,
 * one after the other: the filter, the application's word, the room's log, where to begin in it,
 * and who is there.
 */
final class Joining {
  private final Session session;
  private final RoomView view;
  private final long ref;
  private final From from;
  private final boolean presence;
  private final @Nullable String expression;
  private @Nullable Selection filter;
  private @Nullable Reader reader;
  private @Nullable Reader companion;
  private @Nullable RoomView companionView;
  private @Nullable Member said;
  private @Nullable Epoch located;
  private boolean asked;
  private boolean ended;

  Joining(
      Session session,
      RoomView view,
      long ref,
      From from,
      boolean presence,
      @Nullable String expression) {
    this.session = session;
    this.view = view;
    this.ref = ref;
    this.from = from;
    this.expression = expression;
    this.presence = presence && view.shard().policies().of(view.name()).hasPresence();
    view.retain();
  }

  RoomView view() {
    return view;
  }

  /** The session says something of itself here; told at once, or when it has arrived. */
  void say(Member self) {
    said = self;
    if (reader != null && isPresent()) {
      view.shard().atHome(view.name(), home -> home.memberSaid(self));
    }
  }

  private boolean isPresent() {
    return view.shard().policies().of(view.name()).hasPresence();
  }

  void begin() {
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
      attach();
    } else {
      asked = true;
      session.admissions++;
      gate.admit(session.self(), view.name(), verdict -> view.shard().post(() -> judged(verdict)));
    }
  }

  private void judged(@Nullable Problem verdict) {
    session.admissions--;
    if (continues(verdict)) {
      attach();
    }
  }

  private void attach() {
    view.whenLive(
        problem -> {
          if (continues(problem)) {
            locate();
          }
        });
  }

  /**
   * Leaves: whatever was reached is undone.
   *
   * @param told whether the other members are told, or the session may come back
   */
  void end(boolean told) {
    ended = true;
    Shard shard = view.shard();
    if (reader != null) {
      view.remove(reader);
    }
    if (told && (reader != null || asked)) {
      shard.memberLeft(view.name(), session.id());
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
    end(true);
    session.joinFailed(this, ref, problem);
  }

  /**
   * Finds the offset to begin with, and reads the page that holds it where it takes one to know.
   */
  private void locate() {
    long head = view.head();
    switch (from) {
      case From.Now now -> welcome(head + 1);
      case From.Last(int count) -> {
        long first = Math.max(1, head - count + 1);
        if (first > head || view.entry(first) != null) {
          welcome(first);
        } else {
          view.page(first, problem -> located(problem, first));
        }
      }
      case From.After(Position seen) -> {
        boolean known = seen.epoch().equals(view.epoch()) && seen.offset() <= head;
        welcome(known ? seen.offset() + 1 : head + 1);
      }
      case From.Since(long millis) -> find(millis);
    }
  }

  private void located(@Nullable Problem problem, long wanted) {
    if (continues(problem)) {
      // What retention dropped meanwhile was not asked for: it is no gap.
      welcome(Math.min(Math.max(wanted, view.oldest()), view.head() + 1));
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
    if (!presence) {
      arrive(next, null);
      return;
    }
    RoomView beside = view.shard().view(view.name().presence());
    beside.retain();
    companionView = beside;
    beside.whenLive(
        problem -> {
          if (continues(problem)) {
            view.shard().members(view.name(), (members, count) -> withMembers(next, members));
          }
        });
  }

  private void withMembers(long next, List<Member> members) {
    RoomView beside = companionView;
    if (ended || beside == null) {
      return;
    }
    List<Member> all = new ArrayList<>(members.size() + 1);
    all.addAll(members);
    all.add(session.self());
    Reader follower = beside.add(session, beside.head() + 1, null);
    companion = follower;
    arrive(next, all);
  }

  /** Answers first, then adds the reader, so that the answer is on the lane before any message. */
  private void arrive(long next, @Nullable List<Member> members) {
    RoomName room = view.name();
    Position head = new Position(view.epoch(), view.head());
    // Not what was located, if the log has become another one while it was asked who is there.
    long first = isStill(head) ? next : head.offset() + 1;
    switch (from) {
      case From.After(Position seen) when !seen.epoch().equals(head.epoch()) ->
          reset(seen.epoch(), head, "epoch-changed", members);
      case From.After(Position seen) when seen.offset() > head.offset() ->
          reset(seen.epoch(), head, "position-ahead", members);
      case From.After(Position seen) ->
          session.tell(
              new Notice.Resumed(
                  ref, room, head.epoch(), seen.offset() + 1, head.offset(), members));
      case From.Now now -> joined(head, first, members);
      case From.Last last -> joined(head, first, members);
      case From.Since since -> joined(head, first, members);
    }
    reader = view.add(session, first, filter);
    if (isPresent()) {
      Member self = session.self();
      view.shard().atHome(room, home -> home.memberCame(self));
    }
    if (said != null) {
      say(said);
    }
  }

  private boolean isStill(Position head) {
    return head.epoch().equals(located)
        && (!(from instanceof From.After(Position seen))
            || seen.epoch().equals(head.epoch()) && seen.offset() <= head.offset());
  }

  private void joined(Position head, long next, @Nullable List<Member> members) {
    session.tell(new Notice.Joined(ref, view.name(), head, view.oldest(), next, members));
  }

  private void reset(Epoch old, Position head, String reason, @Nullable List<Member> members) {
    session.tell(new Notice.Reset(ref, view.name(), old, head, view.oldest(), reason, members));
  }
}
