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

  private final Announcements announcements;
  private boolean counting;
  private boolean countIsNews;
  private long announceAt;

  RoomPresence(RoomHome home, RoomPolicy.Presence policy) {
    this.home = home;
    this.policy = policy;
    this.announcements = new Announcements(home, members);
    this.counting = policy.mode() == RoomPolicy.Presence.Mode.COUNTS;
  }

  /** Whether nobody is there, and everybody knows. */
  boolean isSettled() {
    return members.isEmpty() && announcements.isSettled() && !countIsNews;
  }

  /** A member came. One that comes back within its grace is no news, and keeps what it said. */
  void came(Member member) {
    String key = keyOf(member);
    if (members.putIfAbsent(key, member) == null) {
      changed(key, null);
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
        announcements.changed(key, before);
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
      changed(key, member);
    }
  }

  private void changed(String key, @Nullable Member before) {
    int most = policy.countsAbove();
    boolean always = policy.mode() == RoomPolicy.Presence.Mode.COUNTS;
    if (!counting && members.size() > most) {
      counting = true;
      announcements.abandon();
    } else if (counting && !always && members.size() <= most / 2) {
      counting = false;
      countIsNews = false;
      members.keySet().forEach(each -> announcements.changed(each, null));
      return;
    }
    if (counting) {
      countIsNews = true;
      tellCount(home.shard().now());
    } else {
      announcements.changed(key, before);
    }
  }

  /** Who is there, as far as it is shown. */
  Roster roster(long offset) {
    announcements.shown();
    List<Member> shown =
        counting || policy.mode() == RoomPolicy.Presence.Mode.OFF
            ? List.of()
            : List.copyOf(members.values());
    return new Roster(shown, members.size(), offset);
  }

  /** Time has passed: what could not be announced is tried again, and a count may be due. */
  void tick(long now) {
    announcements.tick(now);
    boolean due = now >= announceAt || announceAt - now > COUNT_MILLIS;
    if (due && countIsNews) {
      // Not now: it may make a room, and rooms are being gone through.
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
    Draft draft = new Draft("count", count, Map.of(), "count", 0, 0, true, null);
    Shard shard = home.shard();
    shard
        .home(home.name().presence())
        .publish(
            new RoomHome.Pending(
                new Broker.Append(draft, shard.newId(), null, shard.now()),
                (result, readers) ->
                    countIsNews |= counting && result instanceof Broker.Appended.Failed));
  }
}
