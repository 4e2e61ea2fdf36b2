package dev.carillon.broker.sqlite;

import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Broker.Append;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.core.spi.SessionStore;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the writer is asked for. Answered once, by the writer or, when that takes too long, by who
 * looks after the time. Safe for use by many threads.
 */
abstract sealed class Request {
  private enum Stage {
    WAITING,
    TAKEN,
    ANSWERED
  }

  /** What a request weighs beside its messages. */
  private static final int OWN_WEIGHT = 200;

  private final RoomName room;
  private final long weight;
  private final long askedNanos;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);

  private Request(RoomName room, long messagesWeight, long askedNanos) {
    this.room = room;
    this.weight = OWN_WEIGHT + messagesWeight;
    this.askedNanos = askedNanos;
  }

  final RoomName room() {
    return room;
  }

  final long weight() {
    return weight;
  }

  final long askedNanos() {
    return askedNanos;
  }

  /** The writer begins with it; false when it has been answered already. */
  final boolean take() {
    return stage.compareAndSet(Stage.WAITING, Stage.TAKEN);
  }

  /** Answers that it failed, unless it has been answered: in doubt when the writer has begun. */
  final void expire(Problem problem) {
    if (stage.compareAndSet(Stage.WAITING, Stage.ANSWERED)) {
      refused(false, problem);
    } else if (stage.compareAndSet(Stage.TAKEN, Stage.ANSWERED)) {
      refused(true, problem);
    }
  }

  final void fail(boolean inDoubt, Problem problem) {
    if (answering()) {
      refused(inDoubt, problem);
    }
  }

  final boolean answering() {
    return stage.getAndSet(Stage.ANSWERED) != Stage.ANSWERED;
  }

  abstract void refused(boolean inDoubt, Problem problem);

  /** A batch of messages for one room. */
  static final class Appending extends Request {
    private final List<Append> batch;
    private final Consumer<List<Appended>> answer;

    Appending(RoomName room, List<Append> batch, Consumer<List<Appended>> answer, long askedNanos) {
      super(room, weightOf(batch), askedNanos);
      this.batch = List.copyOf(batch);
      this.answer = answer;
    }

    private static long weightOf(List<Append> batch) {
      long weight = 0;
      for (Append append : batch) {
        weight += 160 + append.draft().payload().size();
      }
      return weight;
    }

    List<Append> batch() {
      return batch;
    }

    void done(List<Appended> results) {
      if (answering()) {
        answer.accept(results);
      }
    }

    @Override
    void refused(boolean inDoubt, Problem problem) {
      answer.accept(Collections.nCopies(batch.size(), new Appended.Failed(inDoubt, problem)));
    }
  }

  /** Somebody wants a room to be there, and perhaps to follow it. */
  static final class Opening extends Request {
    private final @Nullable Follower follower;
    private final Consumer<Broker.Answer<Broker.Extent>> answer;

    Opening(
        RoomName room,
        @Nullable Follower follower,
        Consumer<Broker.Answer<Broker.Extent>> answer,
        long askedNanos) {
      super(room, 0, askedNanos);
      this.follower = follower;
      this.answer = answer;
    }

    @Nullable Follower follower() {
      return follower;
    }

    void done(Broker.Extent extent) {
      if (answering()) {
        answer.accept(new Broker.Answer.Done<>(extent));
      }
    }

    @Override
    void refused(boolean inDoubt, Problem problem) {
      answer.accept(new Broker.Answer.Failed<>(problem));
    }
  }

  /** How far a subscription has come is to be kept. */
  static final class Settling extends Request {
    private final Subscriber who;
    private final Broker.Cursor cursor;
    private final Consumer<Broker.Answer<Broker.Cursor>> answer;

    Settling(
        RoomName room,
        Subscriber who,
        Broker.Cursor cursor,
        Consumer<Broker.Answer<Broker.Cursor>> answer,
        long askedNanos) {
      super(room, 0, askedNanos);
      this.who = who;
      this.cursor = cursor;
      this.answer = answer;
    }

    Subscriber who() {
      return who;
    }

    Broker.Cursor cursor() {
      return cursor;
    }

    void done(Broker.Answer<Broker.Cursor> result) {
      if (answering()) {
        answer.accept(result);
      }
    }

    @Override
    void refused(boolean inDoubt, Problem problem) {
      answer.accept(new Broker.Answer.Failed<>(problem));
    }
  }

  /** A session is to be kept, or forgotten. Nobody waits for it. */
  static final class Session extends Request {
    private final String id;
    private final SessionStore.@Nullable Kept kept;

    Session(String id, SessionStore.@Nullable Kept kept, long askedNanos) {
      super(RoomName.ofSession(id), kept == null ? 0 : 40L * kept.rooms().size(), askedNanos);
      this.id = id;
      this.kept = kept;
    }

    String id() {
      return id;
    }

    /** Null when it is to be forgotten. */
    SessionStore.@Nullable Kept kept() {
      return kept;
    }

    @Override
    void refused(boolean inDoubt, Problem problem) {
      // It is a new session then, as after the loss of any other that could not be kept.
    }
  }

  /** A room, or what it remembers of some publishers, may be too much, too old or of no use. */
  static final class Caring extends Request {
    private final List<String> silent;
    private final Runnable finished;

    Caring(RoomName room, List<String> silent, Runnable finished, long askedNanos) {
      super(room, 0, askedNanos);
      this.silent = List.copyOf(silent);
      this.finished = finished;
    }

    /** Publishers that may be forgotten. */
    List<String> silent() {
      return silent;
    }

    void done() {
      if (answering()) {
        finished.run();
      }
    }

    @Override
    void refused(boolean inDoubt, Problem problem) {
      finished.run();
    }
  }
}
