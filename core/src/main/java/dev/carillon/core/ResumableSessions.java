package dev.carillon.core;

import dev.carillon.core.spi.SessionStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Sessions whose rooms, tokens or users are to be kept at the end of the round. */
  private final Set<Session> changed = new LinkedHashSet<>(0);

  ResumableSessions(Shard shard) {
    this.shard = shard;
  }

  static String token(int shard, String session, String secret) {
    return shard + "." + session + "." + secret;
  }

  /**
   * Which shard a token points at, or null if it is no token. Its server may have had more shards.
   */
  static @Nullable Integer shardOf(String token, int shards) {
    Token parsed = parse(token);
    return parsed == null ? null : parsed.shard() % shards;
  }

  private static @Nullable Token parse(String token) {
    String[] parts = token.length() > MAX_TOKEN ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3 || !parts[0].matches("[0-9]{1,4}")) {
      return null;
    }
    return new Token(Integer.parseInt(parts[0]), parts[1], parts[2]);
  }

  /** What is remembered of a token's secret: it proves a claim, and cannot be claimed with. */
  static String proof(String secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] sum = digest.digest(secret.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(sum, 16));
    } catch (NoSuchAlgorithmException impossible) { // every Java has it
      throw new IllegalStateException(impossible);
    }
  }

  void attach(Session session) {
    attached.put(session.id(), session);
    changed(session);
  }

  // -- Keeping -----------------------------------------------------------------------------------

  private SessionStore store() {
    return shard.broker().sessions();
  }

  /** What is kept of a session is to be kept anew. */
  void changed(Session session) {
    if (store() != SessionStore.NONE && changed.add(session)) {
      shard.schedule();
    }
  }

  /** The round is over: what has changed in it is kept. */
  void keep() {
    if (changed.isEmpty()) {
      return;
    }
    for (Session session : changed) {
      DetachedSession now = session.isClosed() ? null : session.detached();
      if (now != null) {
        keep(now, now.rooms(), 0);
      }
    }
    changed.clear();
  }

  private void keep(DetachedSession session, List<RoomName> rooms, long lostAt) {
    Member self = session.self();
    store()
        .keep(
            new SessionStore.Kept(
                self.session(),
                self.user(),
                shard.number(),
                rooms,
                session.current(),
                session.previous(),
                session.began(),
                lostAt));
  }

  /** A session of an earlier run waits here for a connection, as if it had been lost here. */
  void restore(SessionStore.Kept kept) {
    long lostAt = kept.lostAt() == 0 ? shard.now() : kept.lostAt();
    Member self = new Member(kept.id(), kept.user(), null);
    var session =
        new DetachedSession(
            self, kept.rooms(), Map.of(), kept.current(), kept.previous(), kept.began(), lostAt);
    kept.rooms().forEach(room -> shard.memberStayed(room, self));
    park(session, lostAt);
    if (kept.lostAt() == 0) {
      keep(session, session.rooms(), lostAt);
    }
  }

  // -- Losing and taking up ----------------------------------------------------------------------

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
    attached.remove(session.self().session());
    long now = shard.now();
    keep(session, session.rooms(), now);
    park(session, now);
  }

  private void park(DetachedSession session, long since) {
    String id = session.self().session();
    NodeSettings settings = shard.settings();
    Waiting held = new Waiting(session, since);
    waiting.put(id, held);
    graces.add(new Grace(id, held, session.rooms(), since + settings.presenceGrace().toMillis()));
    if (waiting.size() > settings.maxDetachedSessions()) {
      expire(waiting.firstEntry().getValue());
    }
  }

  /** A session is over for good. */
  void forget(String session) {
    remove(session);
    store().forget(session);
  }

  private void remove(String session) {
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
    String proof = proof(claim.secret());
    boolean newest = same(found.current(), proof);
    if (!newest && !same(found.previous(), proof)) {
      return null;
    }
    if (held != null) {
      held.takenOver();
    }
    remove(claim.session());
    return new DetachedSession(
        found.self(),
        found.rooms(),
        found.unsettled(),
        found.current(),
        newest ? found.current() : found.previous(),
        found.began(),
        found.lostAt());
  }

  private static boolean same(@Nullable String known, String proof) {
    return known != null
        && MessageDigest.isEqual(
            known.getBytes(StandardCharsets.UTF_8), proof.getBytes(StandardCharsets.UTF_8));
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
      store().forget(session.session().self().session());
      leave(session.session().self().session(), session.session().rooms());
    }
  }

  private void expire(Waiting session) {
    forget(session.session().self().session());
    leave(session.session().self().session(), session.session().rooms());
  }

  private void end(Grace grace) {
    String id = grace.session();
    if (waiting.get(id) == grace.holder() && grace.holder() instanceof Waiting gone) {
      leave(id, grace.rooms());
      keep(gone.session(), List.of(), gone.since()); // or they would be left once more later
    } else if (grace.holder() instanceof Session back && attached.get(id) == back) {
      leave(id, grace.rooms().stream().filter(room -> !back.memberships().isIn(room)).toList());
      back.memberships().forgetRemembered();
    }
  }

  /** Who waits here for a connection and is asked about. */
  void look(Question asked, List<Finding> found) {
    long ttl = shard.settings().sessionTtl().toMillis();
    for (Waiting each : waiting.values()) {
      Member self = each.session().self();
      if (asked.isAbout(self.session(), self.user().id())) {
        found.add(
            new Finding.Present(
                self.session(),
                self.user().id(),
                each.session().began(),
                false,
                each.session().lostAt(),
                each.since() + ttl,
                each.session().rooms().contains(asked.room())));
      }
    }
  }

  private void leave(String id, List<RoomName> rooms) {
    rooms.forEach(room -> shard.memberLeft(room, id));
  }
}
