package dev.carillon.simulator;

import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** A broker whose next calls go wrong, or wait, in a way that is said before. */
final class DoubtfulBroker implements Broker {
  /** What becomes of an append. */
  enum Fate {
    /** It is not taken, and that is said. */
    REFUSED,
    /** It is taken, and nobody can tell. */
    TAKEN_UNSEEN,
    /** It is lost, and nobody can tell. */
    LOST_UNSEEN,
    /** It is taken when {@link DoubtfulBroker#takeLate} says so, and nobody can tell. */
    LATE
  }

  private static final Problem GONE =
      new Problem(Problem.Reason.BROKER_UNAVAILABLE, "no answer from the broker");

  private final Broker inner;
  private final Deque<Fate> fates = new ArrayDeque<>();
  private final List<Runnable> late = new ArrayList<>();
  private boolean settlesLate;

  DoubtfulBroker(Broker inner) {
    this.inner = inner;
  }

  /** From now on how far somebody has come is kept when {@link #takeLate} says so. */
  void settleLate() {
    settlesLate = true;
  }

  void next(Fate... fate) {
    fates.addAll(List.of(fate));
  }

  void takeLate() {
    List<Runnable> now = List.copyOf(late);
    late.clear();
    now.forEach(Runnable::run);
  }

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    Fate fate = fates.poll();
    if (fate == null) {
      inner.append(room, batch, answer);
      return;
    }
    switch (fate) {
      case TAKEN_UNSEEN -> inner.append(room, batch, results -> {});
      case LATE -> late.add(() -> inner.append(room, batch, results -> {}));
      case REFUSED, LOST_UNSEEN -> {}
    }
    answer.accept(
        Collections.nCopies(batch.size(), new Appended.Failed(fate != Fate.REFUSED, GONE)));
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    return inner.attach(room, feed, answer);
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    inner.read(room, from, limit, maxBytes, answer);
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    inner.find(room, since, answer);
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    inner.rooms(matching, limit, answer);
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    inner.subscription(room, who, answer);
  }

  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    if (settlesLate) {
      late.add(() -> inner.settle(room, who, cursor, answer));
    } else {
      inner.settle(room, who, cursor, answer);
    }
  }

  @Override
  public void close() {
    inner.close();
  }
}
