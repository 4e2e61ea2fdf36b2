package dev.carillon.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard's sessions by their user: a hash table that is chained through the sessions themselves,
 * so that it costs an idle session two references. Confined to its shard.
 */
final class SessionsByUser {
  private @Nullable Session[] buckets = new Session[16];
  private int size;

  void add(Session session) {
    if (size == buckets.length) {
      grow();
    }
    int bucket = bucket(session.user().id());
    session.nextOfUsers = buckets[bucket];
    buckets[bucket] = session;
    size++;
  }

  void remove(Session session) {
    int bucket = bucket(session.user().id());
    Session before = null;
    for (Session each = buckets[bucket]; each != null; each = each.nextOfUsers) {
      if (each == session) {
        if (before == null) {
          buckets[bucket] = each.nextOfUsers;
        } else {
          before.nextOfUsers = each.nextOfUsers;
        }
        each.nextOfUsers = null;
        size--;
        return;
      }
      before = each;
    }
  }

  /** Those of one user. */
  List<Session> of(String user) {
    List<Session> found = new ArrayList<>(1);
    for (Session each = buckets[bucket(user)]; each != null; each = each.nextOfUsers) {
      if (each.user().id().equals(user)) {
        found.add(each);
      }
    }
    return found;
  }

  private int bucket(String user) {
    int hash = user.hashCode();
    return (hash ^ hash >>> 16) & buckets.length - 1;
  }

  private void grow() {
    @Nullable Session[] old = buckets;
    buckets = new Session[old.length * 2];
    size = 0;
    for (Session first : old) {
      Session each = first;
      while (each != null) {
        Session next = each.nextOfUsers;
        add(each);
        each = next;
      }
    }
  }
}
