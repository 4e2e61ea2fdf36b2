package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a room's {@linkplain RoomName#presence() companion} is told of its members: each change once
 * and in order, whatever becomes of the appends. Confined to the room's home shard.
 *
 * <p>Only members of whom the companion does not say what is so are remembered, with what it says;
 * the next change that is told of one follows from that and from what is so by then. Changes leave
 * in batches. One of which nobody can tell whether it is in the log is appended again, with the
 * same stamp, until somebody can; nothing else leaves before.
 *
 * <p>Rosters show what is so, whether it has been told or not. Who was shown a member that nobody
 * was told of is told of its coming and its going, and so is everybody else.
 */
final class Announcements {
  /** At most as many as a broker remembers of a publisher. */
  private static final int BATCH = 32;

  private static final long RETRY_MILLIS = 1000;

  /**
   * What the companion says of a member; null when it is not there.
   *
   * @param shown what rosters have said of it since: of each session no more than two things
   */
  private record Told(@Nullable Member member, List<Optional<Member>> shown) {
    Told(@Nullable Member member) {
      this(member, List.of());
    }

    Told showing(@Nullable Member now) {
      Optional<Member> as = Optional.ofNullable(now);
      String session = session(now);
      long before = shown.stream().filter(each -> isOf(each, session)).count();
      if (before >= 2 || shown.contains(as)) {
        return new Told(member, shown); // another one, as it has been shown once more
      }
      List<Optional<Member>> all = new ArrayList<>(shown);
      all.add(as);
      return new Told(member, List.copyOf(all));
    }

    /** The same when it has been told of a session, and when nothing was shown since. */
    Told told(String session, @Nullable Member now) {
      return new Told(
          now, shown.stream().filter(each -> !isOf(each, session) && !isOf(each, null)).toList());
    }

    /** The same when it has been told, and something may have been shown since. */
    Told toldBefore(@Nullable Member now) {
      return new Told(now, shown);
    }

    /** What to tell next so that it is as it is {@code now} for whoever was told or shown it. */
    @Nullable Member next(@Nullable Member now) {
      for (Optional<Member> each : shown) {
        if (!hears(each.orElse(null), now)) {
          return each.orElse(null);
        }
      }
      return now;
    }

    /** Whether who was shown {@code seen} learns what is so {@code now} when that is told. */
    private boolean hears(@Nullable Member seen, @Nullable Member now) {
      if (Objects.equals(member, now)) {
        return Objects.equals(seen, now);
      }
      String its = session(seen);
      String after = session(now);
      // Who does not have the member cannot do anything with its state.
      return Objects.equals(its, session(member))
          || !Objects.equals(after, session(member)) && (its == null || its.equals(after));
    }

    private static boolean isOf(Optional<Member> shown, @Nullable String session) {
      return Objects.equals(session(shown.orElse(null)), session);
    }

    private static @Nullable String session(@Nullable Member member) {
      return member == null ? null : member.session();
    }
  }

  /** A change on its way. */
  private static final class Announcement {
    final String key;
    final Told before;
    final @Nullable Member told;
    final Broker.Append append;
    Broker.@Nullable Appended result;
    boolean inDoubt;

    /** {@code told} is what the companion says when it is there. */
    Announcement(String key, Told before, @Nullable Member told, Broker.Append append) {
      this.key = key;
      this.before = before;
      this.told = told;
      this.append = append;
    }
  }

  private final RoomHome home;

  /** Who is there, by what they go by. */
  private final Map<String, Member> members;

  private final Map<String, Told> open = new LinkedHashMap<>(0);
  private final List<Announcement> underWay = new ArrayList<>(0);
  private int unanswered;
  private int lot;
  private long retryAt;

  Announcements(RoomHome home, Map<String, Member> members) {
    this.home = home;
    this.members = members;
  }

  /** Whether the companion says what is so. */
  boolean isSettled() {
    return open.isEmpty();
  }

  /**
   * A member is now as the room has it.
   *
   * @param before as it was, and as the companion says unless it is remembered; null for not there
   */
  void changed(String key, @Nullable Member before) {
    open.putIfAbsent(key, new Told(before));
    if (underWay.isEmpty()) {
      leave();
    }
  }

  /** A roster is made of the members as they are. */
  void shown() {
    open.replaceAll((key, told) -> told.showing(members.get(key)));
  }

  /** Nothing is told of single members any more. */
  void abandon() {
    open.clear();
    underWay.clear();
    unanswered = 0;
    lot++;
  }

  /** Time has passed: what could not be told is tried again. */
  void tick(long now) {
    boolean due = now >= retryAt || retryAt - now > RETRY_MILLIS;
    if (due && unanswered == 0 && !open.isEmpty()) {
      retryAt = now + RETRY_MILLIS;
      // Not now: it may make a room, and rooms are being gone through.
      home.shard().post(this::tryAgain);
    }
  }

  private void tryAgain() {
    if (unanswered > 0) {
      return;
    }
    if (underWay.isEmpty()) {
      leave();
    } else {
      publish();
    }
  }

  /** What is open leaves as one batch, in an incarnation of its own: it begins to count anew. */
  private void leave() {
    long incarnation = home.shard().nextNumber();
    Iterator<Map.Entry<String, Told>> each = open.entrySet().iterator();
    while (each.hasNext() && underWay.size() < BATCH) {
      Map.Entry<String, Told> entry = each.next();
      Told before = entry.getValue();
      Member told = before.member();
      Member next = before.next(members.get(entry.getKey()));
      if (Objects.equals(told, next)) {
        each.remove();
      } else {
        underWay.add(announcement(entry.getKey(), before, next, incarnation));
      }
    }
    publish();
  }

  /** Where another session is to be shown in a member's place, that one leaves first. */
  private Announcement announcement(
      String key, Told before, @Nullable Member next, long incarnation) {
    Member told = before.member();
    if (told == null || next != null && told.session().equals(next.session())) {
      Member now = Objects.requireNonNull(next);
      String event = told == null ? "join" : "state";
      return new Announcement(key, before, now, append(event, now, incarnation));
    }
    return new Announcement(key, before, null, append("leave", told, incarnation));
  }

  private Broker.Append append(String event, Member member, long incarnation) {
    Shard shard = home.shard();
    long sequence = underWay.size() + 1;
    Draft.Stamp stamp = Draft.Stamp.ofNode(shard.publisher(), incarnation, sequence, sequence - 1);
    Payload state = member.state() == null ? Payload.EMPTY : member.state();
    Draft draft = new Draft(event, state, Map.of(), member.session(), 0, 0, true, stamp);
    return new Broker.Append(draft, stamp.messageId(), member, shard.now());
  }

  private void publish() {
    List<Announcement> batch = List.copyOf(underWay);
    if (batch.isEmpty()) {
      return;
    }
    unanswered = batch.size();
    int mine = lot;
    RoomHome companion = home.shard().home(home.name().presence());
    for (Announcement each : batch) {
      each.result = null;
      companion.publish(
          new RoomHome.Pending(each.append, (result, readers) -> answered(mine, each, result)));
    }
  }

  private void answered(int which, Announcement it, Broker.Appended result) {
    if (which != lot) {
      return;
    }
    it.result = result;
    if (--unanswered == 0) {
      settle();
    }
  }

  /** The whole batch has been answered. */
  private void settle() {
    boolean failed = false;
    List<Announcement> batch = List.copyOf(underWay);
    underWay.clear();
    for (Announcement each : batch) {
      if (each.result instanceof Broker.Appended.Failed(var inDoubt, var problem)) {
        failed = true;
        each.inDoubt |= inDoubt;
        if (each.inDoubt && !isRefusedForGood(problem)) {
          underWay.add(each);
        }
      } else {
        Told now = Objects.requireNonNull(open.get(each.key));
        String session = Objects.requireNonNull(each.append.sender()).session();
        // A roster that was made while it was under way may contain it, or not.
        boolean shownSince = now != each.before;
        open.put(each.key, shownSince ? now.toldBefore(each.told) : now.told(session, each.told));
      }
    }
    if (failed) {
      retryAt = home.shard().now() + RETRY_MILLIS;
    } else {
      leave();
    }
  }

  /**
   * Whether one that was in doubt cannot be in the log, nor come into it: what it counts from never
   * will, as that is in doubt no more, or the log is another one by now.
   */
  private boolean isRefusedForGood(Problem problem) {
    return problem.reason() == Problem.Reason.PUBLISHER_RESET
        || problem.reason() == Problem.Reason.SEQUENCE_GAP && underWay.isEmpty();
  }
}
