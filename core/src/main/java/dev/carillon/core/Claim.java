package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's claim to acknowledge what it reads in a room: finds out what was acknowledged before,
 * makes the subscription where it is new, and keeps how far it comes. Confined to the session's
 * shard.
 */
final class Claim implements Subscriptions.Holder {
  private final Session session;
  private final RoomView view;
  private final @Nullable Subscriber who;

  /** What the session had not acknowledged when it was lost; null when it is not taken up again. */
  private final @Nullable Unsettled left;

  private Broker.@Nullable Cursor known;
  private @Nullable Acknowledgement acknowledgement;

  /** What came before the answer to the join, of what was sent before that. */
  private @Nullable Position early;

  private boolean attached;
  private boolean ended;

  Claim(Session session, RoomView view, Acks how, @Nullable Unsettled left) {
    this.session = session;
    this.view = view;
    String name = how.subscription();
    this.who = name == null ? null : new Subscriber(session.user().id(), name);
    this.left = left;
  }

  /** Why a room cannot be read so; null when it can. */
  static @Nullable Problem flaw(RoomName room, RoomPolicy policy, Session session, Acks how) {
    String name = how.subscription();
    if (policy.delivery() == RoomPolicy.Delivery.VOLATILE) {
      String words = "room " + room + " keeps nothing that could be sent again";
      return new Problem(Problem.Reason.UNSUPPORTED, words);
    }
    if (name == null) {
      return null;
    }
    if (policy.delivery() != RoomPolicy.Delivery.DURABLE) {
      String words = "room %s keeps no named subscriptions; its delivery is not durable";
      return new Problem(Problem.Reason.UNSUPPORTED, words.formatted(room));
    }
    if (session.user().guest()) {
      String words = "a subscription belongs to a user, and this session has not said which";
      return new Problem(Problem.Reason.FORBIDDEN, words);
    }
    if (name.isEmpty() || name.length() > Subscriber.MAX_NAME) {
      String words = "a subscription's name has 1 to %d characters, this one has %d";
      return new Problem(
          Problem.Reason.BAD_MESSAGE, words.formatted(Subscriber.MAX_NAME, name.length()));
    }
    return null;
  }

  // -- Beginning ---------------------------------------------------------------------------------

  /** Finds out what was acknowledged before. The view is live. */
  void begin(Consumer<@Nullable Problem> then) {
    Subscriber subscriber = who;
    if (subscriber == null) {
      known = left == null ? null : left.cursor();
      then.accept(null);
      return;
    }
    attached = true;
    view.shard()
        .atHome(
            view.name(),
            home ->
                home.subscriptions()
                    .attach(subscriber, this, answer -> then.accept(found(answer))));
  }

  private @Nullable Problem found(Broker.Answer<Broker.Subscription> answer) {
    return switch (answer) {
      case Broker.Answer.Done<Broker.Subscription>(var found) -> {
        known = found.cursor();
        yield null;
      }
      case Broker.Answer.Failed<Broker.Subscription>(var problem) -> made(problem);
    };
  }

  /**
   * Where the reader begins: where it stands, whatever it wished, if it has been here before. A
   * session may have acknowledged what was about to come again, and wait for that: it gets it.
   */
  From from(From wished) {
    Broker.Cursor cursor = known;
    if (cursor == null) {
      return wished;
    }
    boolean waits =
        who == null
            && wished instanceof From.After(Position seen)
            && seen.epoch().equals(cursor.epoch())
            && seen.offset() < cursor.acked();
    return waits ? wished : new From.After(new Position(cursor.epoch(), cursor.acked()));
  }

  /** Makes the subscription if it is a new one, so that nothing behind this position is dropped. */
  void make(Position at, Consumer<@Nullable Problem> then) {
    if (who == null || known != null) {
      then.accept(null);
    } else {
      keep(new Broker.Cursor(at.epoch(), at.offset(), 0), problem -> then.accept(made(problem)));
    }
  }

  /** The log may have become another one just now; then the same will do a moment later. */
  private @Nullable Problem made(@Nullable Problem problem) {
    if (problem == null || problem.reason() != Problem.Reason.EPOCH_CHANGED) {
      return problem;
    }
    view.shard().atHome(view.name(), RoomHome::suspect);
    String words = "the log of room " + view.name() + " has just become another one; join again";
    return new Problem(Problem.Reason.BROKER_UNAVAILABLE, words);
  }

  private void keep(Broker.Cursor cursor, @Nullable Consumer<@Nullable Problem> then) {
    Subscriber subscriber = who;
    if (subscriber != null) {
      view.shard()
          .atHome(view.name(), home -> home.subscriptions().keep(subscriber, this, cursor, then));
    }
  }

  /**
   * The join has been answered, and the reader begins with {@code first}; what it may have had
   * before is announced.
   *
   * @param epoch what the answer said
   */
  Acknowledgement arrived(Epoch epoch, long first, long head) {
    Broker.Cursor before = known;
    boolean goesOn = before != null && before.epoch().equals(epoch) && before.acked() <= head;
    Broker.Cursor cursor =
        goesOn && before != null ? before : new Broker.Cursor(epoch, first - 1, 0);
    int failures = cursor.acked() == first - 1 ? cursor.failures() : 0;
    long highest = !goesOn ? 0 : left == null ? head : Math.min(head, left.sent());
    String name = who == null ? null : who.name();
    long acked = Math.min(cursor.acked(), first - 1);
    AckWindow window = new AckWindow(view.policy().acks(), acked, failures, highest);
    if (acked < first - 1) {
      window.lost(acked + 1, first - 1); // trimmed meanwhile, as the answer to the join says
    }
    Acknowledgement made = new Acknowledgement(view, window, name, now -> keep(now, null));
    acknowledgement = made;
    if (goesOn && first <= highest) {
      session.tell(new Notice.Rewind(view.name(), first - 1, failures + 1L, name));
    }
    if (!goesOn) {
      keep(made.cursor(), null);
    }
    Position waiting = early;
    if (waiting != null && waiting.epoch().equals(epoch) && window.wasSent(waiting.offset())) {
      made.ack(waiting.offset());
    }
    return made;
  }

  // -- Reading -----------------------------------------------------------------------------------

  @Nullable String subscription() {
    return who == null ? null : who.name();
  }

  /** Null until the join is answered. */
  @Nullable Acknowledgement acknowledgement() {
    return acknowledgement;
  }

  /** An acknowledgement came before the join was answered. */
  void early(@Nullable Epoch epoch, long offset) {
    Position before = early;
    if (epoch != null
        && (before == null || !before.epoch().equals(epoch) || before.offset() < offset)) {
      early = new Position(epoch, offset);
    }
  }

  /** What is to be remembered with the session when it is lost; null for a subscription. */
  @Nullable Unsettled unsettled() {
    Acknowledgement made = acknowledgement;
    if (who != null) {
      return null;
    }
    return made == null ? left : made.unsettled();
  }

  /** The room is left. */
  void end() {
    ended = true;
    if (acknowledgement != null) {
      acknowledgement.end();
    }
    Subscriber subscriber = who;
    if (subscriber != null && attached) {
      view.shard().atHome(view.name(), home -> home.subscriptions().release(subscriber, this));
    }
  }

  @Override
  public Shard shard() {
    return view.shard();
  }

  @Override
  public void takenOver() {
    if (!ended) {
      session.memberships().expel(view.name(), "taken_over");
    }
  }
}
