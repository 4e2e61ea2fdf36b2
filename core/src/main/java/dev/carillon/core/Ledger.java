package dev.carillon.core;

import dev.carillon.core.HeldBytes.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one shard remembers of its sessions' stays in rooms, to explain them afterwards. A stay that
 * goes on is told from its reader; of those that are over, the newest are kept, within one part in
 * {@value #SHARE} of the node's memory. Confined to the shard.
 */
final class Ledger {
  /** All shards together hold at most this part of the node's memory budget. */
  private static final int SHARE = 32;

  /** Of one session and room, so that coming and going all the time drops nobody else's. */
  private static final int MOST_OF_ONE = 4;

  private static final int MOST_REFUSALS = 256;

  /** What a session and room weigh beside their accounts, in bytes. */
  private static final int KEY_BYTES = 112;

  private record Key(String session, RoomName room) {}

  private record Refusal(Key key, String user, Problem problem, long at) {}

  private final Shard shard;
  private final long mostBytes;
  private final LedgerCounts counts = new LedgerCounts();

  /** The newest of each session and room, oldest first. */
  private final LinkedHashMap<Key, PastStay> past = new LinkedHashMap<>();

  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();
  private long bytes;

  /** When the newest account ended that was dropped with all of its session; 0 for none. */
  private long droppedUntil;

  /**
   * An empty ledger.
   *
   * @param budget its shard's part of the node's memory, in bytes
   */
  Ledger(Shard shard, long budget) {
    this.shard = shard;
    this.mostBytes = budget / SHARE;
  }

  LedgerCounts counts() {
    return counts;
  }

  // -- Keeping -----------------------------------------------------------------------------------

  /** A stay is over. */
  void keep(Account account) {
    Key key = new Key(account.session(), account.room());
    PastStay before = past.remove(key);
    PastStay its = PastStay.of(account);
    past.put(key, its);
    its.before = before;
    add(its.bytes() + (before == null ? KEY_BYTES : 0));
    shard.held().add(Kind.LEDGER, -account.stay().holeBytes()); // counted since they were made
    counts.kept(1);
    if (before != null) {
      its.forgottenUntil = before.forgottenUntil;
      dropFifth(its);
    }
    while (bytes > mostBytes && past.size() > 1) {
      drop();
    }
  }

  /** Of one session and room no more is kept than {@link #MOST_OF_ONE}. */
  private void dropFifth(PastStay newest) {
    PastStay last = newest;
    for (int i = 1; i < MOST_OF_ONE && last != null; i++) {
      last = last.before;
    }
    PastStay fifth = last == null ? null : last.before;
    if (last != null && fifth != null) {
      last.before = null;
      newest.forgottenUntil = fifth.at();
      add(-fifth.bytes());
      counts.dropped(1);
    }
  }

  /** Drops about so many bytes, oldest first, and says how many it was. */
  long shed(long wanted) {
    long before = bytes;
    while (!past.isEmpty() && before - bytes < wanted) {
      drop();
    }
    return before - bytes;
  }

  private void drop() {
    Iterator<PastStay> oldest = past.values().iterator();
    PastStay gone = oldest.next();
    oldest.remove();
    droppedUntil = Math.max(droppedUntil, gone.at());
    add(-KEY_BYTES);
    for (PastStay each = gone; each != null; each = each.before) {
      add(-each.bytes());
      counts.dropped(1);
    }
  }

  private void add(long more) {
    bytes += more;
    shard.held().add(Kind.LEDGER, more);
  }

  /** A session asked for a room and did not get it. */
  void refused(Session session, RoomName room, Problem problem) {
    if (problem.reason() == Problem.Reason.ALREADY_JOINED) {
      return;
    }
    Key key = new Key(session.id(), room);
    refusals.removeIf(each -> each.key().equals(key));
    refusals.addLast(new Refusal(key, session.user().id(), problem, shard.now()));
    if (refusals.size() > MOST_REFUSALS) {
      refusals.removeFirst();
    }
  }

  // -- Looking -----------------------------------------------------------------------------------

  /** Everything that is known here about a message and those who are asked about. */
  Explaining.Looked look(Question asked) {
    List<Finding> found = new ArrayList<>();
    for (Map.Entry<Key, PastStay> each : past.entrySet()) {
      if (each.getKey().room().equals(asked.room())) {
        over(each.getKey(), each.getValue(), asked, found);
      }
    }
    for (Refusal each : refusals) {
      if (each.key().room().equals(asked.room())
          && asked.isAbout(each.key().session(), each.user())) {
        found.add(
            new Finding.Refused(each.key().session(), each.user(), each.problem(), each.at()));
      }
    }
    for (Session session : shard.sessions()) {
      if (asked.isAbout(session.id(), session.user().id())) {
        present(session, asked, found);
      }
    }
    shard.resumable().look(asked, found);
    return new Explaining.Looked(found, droppedUntil);
  }

  private static void over(Key key, PastStay newest, Question asked, List<Finding> found) {
    String user = newest.account(key.session(), key.room()).user().id();
    if (!asked.isAbout(key.session(), user)) {
      return;
    }
    if (newest.forgottenUntil > 0) {
      found.add(new Finding.Forgotten(key.session(), user, newest.forgottenUntil));
    }
    int oldestFirst = found.size();
    for (PastStay each = newest; each != null; each = each.before) {
      found.add(oldestFirst, asked.judge(each.account(key.session(), key.room())));
    }
  }

  private static void present(Session session, Question asked, List<Finding> found) {
    Joining joining = session.memberships().get(asked.room());
    Account account = joining == null ? null : joining.account();
    if (account != null) {
      found.add(asked.judge(account));
    }
    boolean waits = joining != null && account == null;
    String user = session.user().id();
    found.add(new Finding.Present(session.id(), user, session.began(), waits, 0, 0, false));
  }
}
