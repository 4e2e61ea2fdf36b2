package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is in one room, and what the room's {@linkplain RoomName#presence() companion} is told of it.
 * Confined to the room's home shard.
 *
 * <p>A member goes by its session, or by its user where several connections of one user are shown
 * as one. With more members than the policy shows, only how many there are is told, at most once a
 * second; when half of that many are left, each is told again.
 */
final class RoomPresence {
  private static final long COUNT_MILLIS = 1000;

  private final RoomHome home;
  private final RoomPolicy.Presence policy;
  private final Map<String, Member> members = new LinkedHashMap<>(2);

  /** The sessions of each user, where users are shown; empty elsewhere. */
  private final Map<String, Set<String>> sessions = new LinkedHashMap<>(0);

  private final Map<String, String> userOf = new LinkedHashMap<>(0);

  /** Members of whom the last that is true could not be announced. */
  private final Map<String, Member> unannounced = new LinkedHashMap<>(0);

  private boolean counting;
  private boolean countIsNews;
  private long announceAt;

  RoomPresence(RoomHome home, RoomPolicy.Presence policy) {
    this.home = home;
    this.policy = policy;
    this.counting = policy.mode() == RoomPolicy.Presence.Mode.COUNTS;
  }

  /** Whether nobody is there, and everybody knows. */
  boolean isSettled() {
    return members.isEmpty() && unannounced.isEmpty() && !countIsNews;
  }

  /** A member came. One that comes back within its grace is no news, and keeps what it said. */
  void came(Member member) {
    if (members.putIfAbsent(keyOf(member), member) == null) {
      changed("join", member);
    }
  }

  /** A member was there before this server was started, and everybody knows. */
  void stayed(Member member) {
    if (policy.mode() != RoomPolicy.Presence.Mode.OFF) {
      members.putIfAbsent(keyOf(member), member);
      counting |= members.size() > policy.countsAbove();
    }
  }

  private String keyOf(Member member) {
    if (policy.mode() != RoomPolicy.Presence.Mode.USERS || member.user().guest()) {
      return member.session();
    }
    String key = member.user().id();
    userOf.put(member.session(), key);
    sessions.computeIfAbsent(key, absent -> new LinkedHashSet<>(2)).add(member.session());
    return key;
  }

  /** A member said something new of itself. */
  void said(Member member) {
    String key = userOf.getOrDefault(member.session(), member.session());
    Member before = members.get(key);
    if (before == null) {
      return;
    }
    Member now = new Member(before.session(), before.user(), member.state());
    if (!before.equals(now)) {
      members.put(key, now);
      if (!counting) {
        announce("state", now);
      }
    }
  }

  /** A member left; told once, however often it is said. */
  void left(String session) {
    String key = session;
    String user = userOf.remove(session);
    if (user != null) {
      Set<String> others = sessions.get(user);
      if (others != null && others.remove(session) && !others.isEmpty()) {
        return;
      }
      sessions.remove(user);
      key = user;
    }
    Member member = members.remove(key);
    if (member != null) {
      changed("leave", member);
    }
  }

  private void changed(String event, Member member) {
    int most = policy.countsAbove();
    boolean always = policy.mode() == RoomPolicy.Presence.Mode.COUNTS;
    if (!counting && members.size() > most) {
      counting = true;
      unannounced.clear();
    } else if (counting && !always && members.size() <= most / 2) {
      counting = false;
      countIsNews = false;
      members.values().forEach(each -> announce("join", each));
      return;
    }
    if (counting) {
      countIsNews = true;
      tellCount(home.shard().now());
    } else {
      announce(event, member);
    }
  }

  /** Who is there, as far as it is shown. */
  Roster roster(long offset) {
    List<Member> shown =
        counting || policy.mode() == RoomPolicy.Presence.Mode.OFF
            ? List.of()
            : List.copyOf(members.values());
    return new Roster(shown, members.size(), offset);
  }

  /** Time has passed: what could not be announced is tried again, and a count may be due. */
  void tick(long now) {
    boolean due = now >= announceAt || announceAt - now > COUNT_MILLIS;
    if (due && !unannounced.isEmpty()) {
      announceAt = now + COUNT_MILLIS;
      // Not now: it may make a room, and rooms are being gone through.
      home.shard().post(this::announceAgain);
    } else if (due && countIsNews) {
      home.shard().post(() -> tellCount(home.shard().now()));
    }
  }

  private void tellCount(long now) {
    if (!countIsNews || now < announceAt && announceAt - now <= COUNT_MILLIS) {
      return;
    }
    announceAt = now + COUNT_MILLIS;
    countIsNews = false;
    Payload count = Payload.json(Integer.toString(members.size()));
    publish(
        new Draft("count", count, Map.of(), "count", 0, 0, true, null),
        null,
        result -> countIsNews |= counting && result instanceof Broker.Appended.Failed);
  }

  private void announce(String event, Member member) {
    Payload state = member.state() == null ? Payload.EMPTY : member.state();
    publish(
        new Draft(event, state, Map.of(), member.session(), 0, 0, true, null),
        member,
        result -> {
          if (result instanceof Broker.Appended.Failed && !counting) {
            unannounced.put(member.session(), member);
          }
        });
  }

  private void publish(
      Draft draft, @Nullable Member sender, java.util.function.Consumer<Broker.Appended> then) {
    Shard shard = home.shard();
    Broker.Append append = new Broker.Append(draft, shard.newId(), sender, shard.now());
    shard
        .home(home.name().presence())
        .publish(new RoomHome.Pending(append, (result, readers) -> then.accept(result)));
  }

  /** What could not be announced is announced later, as it is by then. */
  private void announceAgain() {
    List<Member> again = List.copyOf(unannounced.values());
    unannounced.clear();
    for (Member member : again) {
      Member now =
          members.values().stream()
              .filter(each -> each.session().equals(member.session()))
              .findFirst()
              .orElse(null);
      announce(now == null ? "leave" : "join", now == null ? member : now);
    }
  }
}
