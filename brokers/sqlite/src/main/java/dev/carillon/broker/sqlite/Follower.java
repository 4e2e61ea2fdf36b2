package dev.carillon.broker.sqlite;

import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A feed that is, or shall be, among a room's followers. Safe for use by many threads. */
final class Follower implements Broker.Attachment {
  /** The followers of every room. Safe for use by many threads; a list is never changed. */
  static final class Followers {
    private final ConcurrentHashMap<RoomName, List<Follower>> byRoom = new ConcurrentHashMap<>();

    List<Follower> of(RoomName room) {
      return byRoom.getOrDefault(room, List.of());
    }

    /** Tells every one of them. */
    void forEach(Consumer<Follower> action) {
      byRoom.values().forEach(followers -> followers.forEach(action));
    }

    void clear() {
      byRoom.clear();
    }
  }

  private final Followers all;
  private final RoomName room;
  private final Broker.Feed feed;
  private volatile boolean detached;

  Follower(Followers all, RoomName room, Broker.Feed feed) {
    this.all = all;
    this.room = room;
    this.feed = feed;
  }

  Broker.Feed feed() {
    return feed;
  }

  /** The writer: from now on it is fed. */
  void attach() {
    all.byRoom.compute(
        room,
        (name, before) -> {
          if (detached) {
            return before;
          }
          List<Follower> now = before == null ? new ArrayList<>(1) : new ArrayList<>(before);
          now.add(this);
          return now;
        });
  }

  @Override
  public void detach() {
    detached = true;
    all.byRoom.computeIfPresent(
        room,
        (name, before) -> {
          List<Follower> now = new ArrayList<>(before);
          now.remove(this);
          return now.isEmpty() ? null : now;
        });
  }

  boolean isDetached() {
    return detached;
  }
}
