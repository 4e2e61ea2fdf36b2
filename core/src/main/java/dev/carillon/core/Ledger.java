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
 * goes on is told from its reader; of those that are over, the newest are kept, within a {@value
 * #SHARE}th of the node's memory. Confined to the shard.
 */
final class Ledger {
  /** All shards together hold at most this part of the node's memory budget. */
  private static final int SHARE = 16;

  /** Of one session and room, so that coming and going all the time drops nobody else's. */
  private static final int MOST_OF_ONE = 4;

  private static final int MOST_REFUSALS = 256;

  /** What a session and room weigh beside their accounts, in bytes. */
  private static final int KEY_BYTES = 160;

  private record Key(String session, RoomName room) {}

  private record Refusal(Key key, String user, Problem problem, long at) {}

  /** Of one session and room, oldest first. */
  private static final class Past {
    final ArrayDeque<Account> accounts = new ArrayDeque<>(1);

    /** When the newest of those ended that were dropped; 0 when none was. */
    long forgottenUntil;

    int bytes() {
      int bytes = KEY_BYTES;
      for (Account each : accounts) {
        bytes += each.bytes();
      }
      return bytes;
    }
  }

  private final Shard shard;
  private final long mostBytes;
  private final LedgerCounts counts = new LedgerCounts();

  /** By the last account of each, oldest first. */
  private final LinkedHashMap<Key, Past> past = new LinkedHashMap<>();

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
    Past known = past.remove(key);
    Past its = known == null ? new Past() : known;
    past.put(key, its);
    its.accounts.addLast(account);
    add(account.bytes() + (known == null ? KEY_BYTES : 0));
    shard.held().add(Kind.LEDGER, -account.stay().holeBytes()); // counted since they were made
    counts.kept(1);
    if (its.accounts.size() > MOST_OF_ONE) {
      Account oldest = its.accounts.removeFirst();
      its.forgottenUntil = oldest.at();
      add(-oldest.bytes());
      counts.dropped(1);
    }
    while (bytes > mostBytes && past.size() > 1) {
      drop();
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
    Iterator<Past> oldest = past.values().iterator();
    Past gone = oldest.next();
    oldest.remove();
    droppedUntil = Math.max(droppedUntil, gone.accounts.getLast().at());
    add(-gone.bytes());
    counts.dropped(gone.accounts.size());
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
    for (Map.Entry<Key, Past> each : past.entrySet()) {
      Account last = each.getValue().accounts.getLast();
      if (last.room().equals(asked.room()) && asked.isAbout(last.session(), last.user().id())) {
        if (each.getValue().forgottenUntil > 0) {
          long until = each.getValue().forgottenUntil;
          found.add(new Finding.Forgotten(last.session(), last.user().id(), until));
        }
        each.getValue().accounts.forEach(one -> found.add(asked.judge(one)));
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
