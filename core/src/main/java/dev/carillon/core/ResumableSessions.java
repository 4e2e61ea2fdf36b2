package dev.carillon.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A shard's sessions that were given a resume token: those with a connection here, and those that
 * wait for one, oldest first, until their time to live is over.
 */
final class ResumableSessions {
  /** A token's parts: where the session is, which one it is, and the proof. */
  private record Token(int shard, String session, String secret) {}

  private record Waiting(DetachedSession session, long since) {}

  /**
   * When a session's rooms are told that it has left, unless it is back there by then. Void when
   * {@code holder} is not what holds the session any more.
   */
  private record Grace(String session, Object holder, List<RoomName> rooms, long until) {}

  private static final int MAX_TOKEN = 200;

  private final Shard shard;
  private final Map<String, Session> attached = new LinkedHashMap<>();
  private final LinkedHashMap<String, Waiting> waiting = new LinkedHashMap<>();
  private final ArrayDeque<Grace> graces = new ArrayDeque<>();

  ResumableSessions(Shard shard) {
    this.shard = shard;
  }

  static String token(int shard, String session, String secret) {
    return shard + "." + session + "." + secret;
  }

  /** Which shard a token points at, or null if it is no token of a node of {@code shards}. */
  static @Nullable Integer shardOf(String token, int shards) {
    Token parsed = parse(token);
    return parsed == null || parsed.shard() >= shards ? null : parsed.shard();
  }

  private static @Nullable Token parse(String token) {
    String[] parts = token.length() > MAX_TOKEN ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3 || !parts[0].matches("[0-9]{1,4}")) {
      return null;
    }
    return new Token(Integer.parseInt(parts[0]), parts[1], parts[2]);
  }

  void attach(Session session) {
    attached.put(session.id(), session);
  }

  /** The session of this name if it has a connection here and was given a resume token. */
  @Nullable Session attached(String session) {
    return attached.get(session);
  }

  /** Gives up the sessions that wait for a connection and are meant; their rooms are told. */
  int end(Predicate<Member> meant) {
    List<Waiting> ended =
        waiting.values().stream().filter(each -> meant.test(each.session().self())).toList();
    ended.forEach(this::expire);
    return ended.size();
  }

  int waitingCount() {
    return waiting.size();
  }

  /** A session has lost its connection and waits for another. */
  void detach(DetachedSession session) {
    String id = session.self().session();
    attached.remove(id);
    NodeSettings settings = shard.settings();
    long now = shard.now();
    Waiting held = new Waiting(session, now);
    waiting.put(id, held);
    graces.add(new Grace(id, held, session.rooms(), now + settings.presenceGrace().toMillis()));
    if (waiting.size() > settings.maxDetachedSessions()) {
      expire(waiting.firstEntry().getValue());
    }
  }

  /** A session is over for good. */
  void forget(String session) {
    attached.remove(session);
    waiting.remove(session);
  }

  /**
   * Gives a session up to whoever holds a token for it: a waiting one, or one whose connection is
   * still there and is closed for it. A claim that fails changes nothing.
   */
  @Nullable DetachedSession giveUp(String token, User user) {
    Token claim = parse(token);
    if (claim == null) {
      return null;
    }
    Session held = attached.get(claim.session());
    Waiting parked = waiting.get(claim.session());
    DetachedSession found =
        held != null ? held.detached() : parked != null ? parked.session() : null;
    if (found == null || !user.mayBe(found.self().user())) {
      return null;
    }
    boolean newest = same(found.current(), claim.secret());
    if (!newest && !same(found.previous(), claim.secret())) {
      return null;
    }
    if (held != null) {
      held.takenOver();
    }
    forget(claim.session());
    return new DetachedSession(
        found.self(),
        found.rooms(),
        found.unsettled(),
        found.current(),
        newest ? found.current() : found.previous(),
        found.began(),
        found.lostAt());
  }

  private static boolean same(@Nullable String secret, String claim) {
    return secret != null
        && MessageDigest.isEqual(
            secret.getBytes(StandardCharsets.UTF_8), claim.getBytes(StandardCharsets.UTF_8));
  }

  /** A session was taken up here; the rooms that it was in are left unless it joins them again. */
  void arrived(Session session, List<RoomName> rooms) {
    attach(session);
    long until = shard.now() + shard.settings().presenceGrace().toMillis();
    graces.add(new Grace(session.id(), session, rooms, until));
  }

  void tick(long now) {
    Grace grace;
    while ((grace = graces.peekFirst()) != null && grace.until() <= now) {
      graces.removeFirst();
      end(grace);
    }
    long ttl = shard.settings().sessionTtl().toMillis();
    Iterator<Waiting> oldest = waiting.values().iterator();
    while (oldest.hasNext()) {
      Waiting session = oldest.next();
      if (now - session.since() < ttl) {
        break;
      }
      oldest.remove();
      leave(session.session().self().session(), session.session().rooms());
    }
  }

  private void expire(Waiting session) {
    waiting.remove(session.session().self().session());
    leave(session.session().self().session(), session.session().rooms());
  }

  private void end(Grace grace) {
    String id = grace.session();
    if (waiting.get(id) == grace.holder()) {
      leave(id, grace.rooms());
    } else if (grace.holder() instanceof Session back && attached.get(id) == back) {
      leave(id, grace.rooms().stream().filter(room -> !back.isIn(room)).toList());
      back.memberships().forgetRemembered();
    }
  }

  private void leave(String id, List<RoomName> rooms) {
    rooms.forEach(room -> shard.memberLeft(room, id));
  }
}
