package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The named subscriptions of a room that are read on this node, at the room's home: who reads for
 * each, and how far it has come as the broker knows it or is about to. Confined to the home shard.
 *
 * <p>One reader at a time: who comes takes it over. A cursor is written when the one before is
 * answered, so that many acknowledgements are one write; one that is in doubt is written again.
 */
final class Subscriptions {
  private static final long RETRY_MILLIS = 1000;

  /** Who reads for a subscription. Its methods are called on its own shard. */
  interface Holder {
    Shard shard();

    /** Another one reads for the subscription from now on. */
    void takenOver();
  }

  /** One subscription, from the first reader until nobody reads it and all is written. */
  private static final class Held {
    @Nullable Holder holder;
    Broker.@Nullable Cursor written;
    Broker.@Nullable Cursor wanted;
    boolean writing;
    long retryAt;
    long touchedAt;
    final List<Consumer<@Nullable Problem>> whenKept = new ArrayList<>(0);
  }

  private final Shard shard;
  private final RoomName room;
  private final RoomPolicy policy;
  private final Map<Subscriber, Held> all = new LinkedHashMap<>(0);

  Subscriptions(Shard shard, RoomName room, RoomPolicy policy) {
    this.shard = shard;
    this.room = room;
    this.policy = policy;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Reads for a subscription from now on; whoever did so before does not any more.
   *
   * @param reply told on the holder's shard how far it has come, with null when it is a new one
   */
  void attach(Subscriber who, Holder holder, Consumer<Broker.Answer<Broker.Subscription>> reply) {
    Held held = all.computeIfAbsent(who, absent -> new Held());
    Holder before = held.holder;
    if (before != null && before != holder) {
      shard.tell(before.shard(), before::takenOver);
    }
    held.holder = holder;
    held.touchedAt = shard.now();
    shard
        .broker()
        .subscription(
            room,
            who,
            answer ->
                shard.post(
                    () ->
                        whenKept(
                            who,
                            held,
                            answer,
                            newest -> shard.tell(holder.shard(), () -> reply.accept(newest)))));
  }

  /**
   * A new subscription that somebody else is about to make is there when it is kept, and not
   * before: who is told of one finds it again, whatever becomes of this node.
   */
  private void whenKept(
      Subscriber who,
      Held held,
      Broker.Answer<Broker.Subscription> answer,
      Consumer<Broker.Answer<Broker.Subscription>> then) {
    Broker.Cursor wanted = held.wanted;
    boolean isNew =
        held.written == null
            && wanted != null
            && answer instanceof Broker.Answer.Done<Broker.Subscription>(var found)
            && found.cursor() == null
            && found.extent().epoch().equals(wanted.epoch());
    if (!isNew) {
      then.accept(newest(held, answer));
      return;
    }
    held.whenKept.add(
        problem ->
            then.accept(
                problem == null ? newest(held, answer) : new Broker.Answer.Failed<>(problem)));
    write(who, held);
  }

  /** What is about to be written is further than what the broker knows. */
  private static Broker.Answer<Broker.Subscription> newest(
      Held held, Broker.Answer<Broker.Subscription> answer) {
    Broker.Cursor wanted = held.wanted;
    return answer instanceof Broker.Answer.Done<Broker.Subscription>(var found)
            && wanted != null
            && found.extent().epoch().equals(wanted.epoch())
        ? new Broker.Answer.Done<>(
            new Broker.Subscription(found.extent(), later(found.cursor(), wanted)))
        : answer;
  }

  private static Broker.Cursor later(Broker.@Nullable Cursor one, Broker.Cursor other) {
    return one != null && one.epoch().equals(other.epoch()) && one.acked() > other.acked()
        ? one
        : other;
  }

  /**
   * Keeps how far a subscription has come.
   *
   * @param then told on the holder's shard, once, whether that has been done; null for nobody
   */
  void keep(
      Subscriber who,
      Holder holder,
      Broker.Cursor cursor,
      @Nullable Consumer<@Nullable Problem> then) {
    Held held = all.computeIfAbsent(who, absent -> new Held());
    Broker.Cursor wanted = held.wanted;
    held.wanted = wanted == null ? cursor : later(wanted, cursor);
    if (then != null) {
      held.whenKept.add(problem -> shard.tell(holder.shard(), () -> then.accept(problem)));
    }
    write(who, held);
  }

  /** Reads for it no longer. */
  void release(Subscriber who, Holder holder) {
    Held held = all.get(who);
    if (held != null && held.holder == holder) {
      held.holder = null;
      forgetIfDone(who, held);
    }
  }

  private void forgetIfDone(Subscriber who, Held held) {
    if (held.holder == null && !held.writing && isWritten(held)) {
      all.remove(who, held);
    }
  }

  private static boolean isWritten(Held held) {
    return held.wanted == null || held.wanted.equals(held.written);
  }

  private void write(Subscriber who, Held held) {
    Broker.Cursor wanted = held.wanted;
    if (held.writing || wanted == null || shard.uptime() < held.retryAt) {
      return;
    }
    held.writing = true;
    List<Consumer<@Nullable Problem>> asked = List.copyOf(held.whenKept);
    held.whenKept.clear();
    shard
        .broker()
        .settle(
            room,
            who,
            wanted,
            answer -> shard.post(() -> written(who, held, wanted, asked, answer)));
  }

  private void written(
      Subscriber who,
      Held held,
      Broker.Cursor cursor,
      List<Consumer<@Nullable Problem>> asked,
      Broker.Answer<Broker.Cursor> answer) {
    held.writing = false;
    Problem problem = null;
    switch (answer) {
      case Broker.Answer.Done<Broker.Cursor> done -> {
        held.written = cursor;
        held.touchedAt = shard.now();
      }
      case Broker.Answer.Failed<Broker.Cursor> failed -> {
        problem = failed.problem();
        if (problem.reason().retryable() && asked.isEmpty()) {
          held.retryAt = shard.uptime() + RETRY_MILLIS;
        } else if (cursor.equals(held.wanted)) {
          held.wanted = held.written; // it was for a log that is no more, or nobody waits for it
        }
      }
    }
    for (Consumer<@Nullable Problem> each : asked) {
      each.accept(problem);
    }
    if (isWritten(held)) {
      // Who came while it was being written waits for the same, and no other write follows.
      List<Consumer<@Nullable Problem>> waiting = List.copyOf(held.whenKept);
      held.whenKept.clear();
      for (Consumer<@Nullable Problem> each : waiting) {
        each.accept(problem);
      }
      forgetIfDone(who, held);
    } else {
      write(who, held);
    }
  }

  /** Time has passed: what could not be written is tried again, and what is read stays in use. */
  void tick() {
    if (all.isEmpty()) {
      return;
    }
    long touch = policy.subscriptions().unusedFor().toMillis() / 4;
    for (Map.Entry<Subscriber, Held> each : List.copyOf(all.entrySet())) {
      Held held = each.getValue();
      if (!isWritten(held) || held.holder != null && shard.now() - held.touchedAt > touch) {
        write(each.getKey(), held);
      }
    }
  }
}
