package dev.carillon.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings sessions to the rooms that are for them without their asking: inboxes, and what their
 * wildcards match. A message waits until all who were meant read its room. One for each shard, and
 * confined to it.
 */
final class Summoning {
  private final Shard shard;
  private final Node node;

  /** Those that have joined wildcards. */
  private final Set<Session> wild = new LinkedHashSet<>();

  Summoning(Shard shard, Node node) {
    this.shard = shard;
    this.node = node;
  }

  /** Whether anybody on the node has a wildcard. */
  boolean hasWildcards() {
    return node.hasWildcards();
  }

  /** A session has its first wildcard (1), another one (0), or none any more (-1). */
  void wildcardsChanged(Session session, int change) {
    if (change > 0) {
      wild.add(session);
    } else if (change < 0) {
      wild.remove(session);
    }
    node.wildcardsChanged(change);
  }

  /** Summons on every shard; {@code then} runs here, when all who were meant read the room. */
  void everywhere(RoomName room, Runnable then) {
    Countdown left = new Countdown(node.shards().size(), then);
    for (Shard other : node.shards()) {
      Runnable done = () -> other.tell(shard, left::one);
      shard.tell(other, () -> other.summoning().here(room, done));
    }
  }

  private void here(RoomName room, Runnable done) {
    List<Session> meant = meant(room);
    Countdown left = new Countdown(meant.size() + 1, done);
    meant.forEach(session -> session.memberships().summoned(room, left::one));
    left.one();
  }

  private List<Session> meant(RoomName room) {
    if (!room.isInbox()) {
      return wild.isEmpty() ? List.of() : List.copyOf(wild);
    }
    if (room.equals(RoomName.GLOBAL)) {
      return List.copyOf(shard.sessions());
    }
    String owner = room.inboxOf();
    if (room.isOfUser()) {
      return shard.byUser().of(owner);
    }
    Session session = shard.resumable().attached(owner);
    return session == null ? List.of() : List.of(session);
  }

  /** Does something here if a room has been in use lately. */
  void ifInUse(RoomName room, Runnable then) {
    Shard home = node.homeOf(room);
    shard.tell(
        home,
        () -> {
          if (home.homeIfAny(room) != null) {
            home.tell(shard, then);
          }
        });
  }

  /** Runs something when it was counted so often. */
  private static final class Countdown {
    private final Runnable then;
    private int left;

    Countdown(int times, Runnable then) {
      this.left = times;
      this.then = then;
    }

    void one() {
      if (--left == 0) {
        then.run();
      }
    }
  }
}
