package dev.carillon.core.spi;

import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Two brokers as one: rooms whose delivery is volatile, and who is present in them, live in the one
 * that is in this process, and everything else in the store. So nothing of a volatile room waits
 * for the store, or stops with it.
 *
 * <p>Safe for use by many threads. It holds nothing: a room is in the place that its policy says,
 * and as that is the same for as long as the process runs, no room is ever in both.
 */
public final class DividedBroker implements Broker {
  private final Policies policies;
  private final Broker local;
  private final Broker store;

  /**
   * Puts two brokers together.
   *
   * @param policies say which rooms are volatile
   * @param local has the volatile rooms; closed with this one
   * @param store has all others, and the sessions; closed with this one
   */
  public DividedBroker(Policies policies, Broker local, Broker store) {
    this.policies = policies;
    this.local = local;
    this.store = store;
  }

  private Broker of(RoomName room) {
    return policies.of(room).delivery() == RoomPolicy.Delivery.VOLATILE ? local : store;
  }

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    of(room).append(room, batch, answer);
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    return of(room).attach(room, feed, answer);
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    of(room).read(room, from, limit, maxBytes, answer);
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    of(room).find(room, since, answer);
  }

  /** Fails when one of the two does: half of a list would be taken for all of it. */
  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    roomsOf(
        local,
        matching,
        limit,
        limit,
        here -> {
          switch (here) {
            case Answer.Failed<List<RoomName>> failed -> answer.accept(failed);
            case Answer.Done<List<RoomName>>(var names) ->
                roomsOf(
                    store,
                    matching,
                    limit,
                    limit,
                    there -> answer.accept(both(names, there, limit)));
          }
        });
  }

  /**
   * The rooms that live in one of the two. It may remember others, from before their policies were
   * changed; they take up places in its list, and so more is asked for where that is full.
   */
  private void roomsOf(
      Broker one,
      Wildcard matching,
      int limit,
      int asked,
      Consumer<Answer<List<RoomName>>> answer) {
    one.rooms(
        matching,
        asked,
        result -> {
          if (!(result instanceof Answer.Done<List<RoomName>>(var names))) {
            answer.accept(result);
            return;
          }
          List<RoomName> here = names.stream().filter(room -> of(room) == one).toList();
          if (here.size() < limit && names.size() >= asked && asked < Integer.MAX_VALUE) {
            int more = (int) Math.min(2L * asked, Integer.MAX_VALUE);
            roomsOf(one, matching, limit, more, answer);
          } else {
            answer.accept(new Answer.Done<>(here));
          }
        });
  }

  private static Answer<List<RoomName>> both(
      List<RoomName> here, Answer<List<RoomName>> others, int limit) {
    if (!(others instanceof Answer.Done<List<RoomName>>(var there))) {
      return others;
    }
    TreeSet<RoomName> all = new TreeSet<>(here);
    all.addAll(there);
    return new Answer.Done<>(all.stream().limit(limit).toList());
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    of(room).subscription(room, who, answer);
  }

  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    of(room).settle(room, who, cursor, answer);
  }

  /** How the store is, unless it is well and the other is not; with the figures of both. */
  @Override
  public Condition condition() {
    Condition here = local.condition();
    Condition there = store.condition();
    Condition told = there.trouble() == null ? here : there;
    List<Condition.Figure> figures =
        Stream.concat(here.figures().stream(), there.figures().stream()).toList();
    return new Condition(told.trouble(), told.since(), told.forGood(), figures);
  }

  @Override
  public SessionStore sessions() {
    return store.sessions();
  }

  @Override
  public void close() {
    try {
      local.close();
    } finally {
      store.close();
    }
  }
}
