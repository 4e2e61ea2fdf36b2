package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a reader that acknowledges is owed: it is sent so much ahead of its acknowledgements and no
 * more, again what it did not acknowledge in time, and what it never acknowledges is given up to
 * the room's dead letters. Confined to the reader's shard.
 */
final class Acknowledgement {
  private static final long RETRY_MILLIS = 1000;

  /** Why a message that was never acknowledged was given up. */
  private static final String IN_VAIN = "not acknowledged in time";

  private final RoomView view;
  private final AckPolicy policy;
  private final AckWindow window;
  private final @Nullable String name;
  private final Consumer<Broker.Cursor> keeper;
  private @Nullable Reader reader;

  /** Why the lowest message is being given up; null when it is not. */
  private @Nullable String givingUp;

  private boolean underWay;
  private long retryAt;

  /**
   * An acknowledgement of a reader that is yet to {@link #of}.
   *
   * @param name the subscription that it is for, or null
   * @param keeper is told how far it has come whenever that has changed
   */
  Acknowledgement(
      RoomView view, AckWindow window, @Nullable String name, Consumer<Broker.Cursor> keeper) {
    this.view = view;
    this.policy = view.policy().acks();
    this.window = window;
    this.name = name;
    this.keeper = keeper;
  }

  /** Whose it is; from now on time counts. */
  void of(Reader its) {
    reader = its;
    view.shard().acknowledging().add(this);
  }

  /** The reader has left. */
  void end() {
    view.shard().acknowledging().remove(this);
    reader = null;
  }

  @Nullable String subscription() {
    return name;
  }

  Broker.Cursor cursor() {
    return new Broker.Cursor(view.epoch(), window.acked(), window.failures());
  }

  /** How far it has come, to be explained. */
  Account.Owed owed() {
    int attempt = window.failures() + 1;
    return new Account.Owed(
        name, window.acked(), window.reached(), attempt, policy.maxDeliveries());
  }

  Unsettled unsettled() {
    return new Unsettled(cursor(), window.highest());
  }

  // -- The reader --------------------------------------------------------------------------------

  /** How many messages may be sent now. */
  int room() {
    return window.room();
  }

  void sent(long from, long end) {
    if (window.sent(from, end, now())) {
      settled();
    }
  }

  /** Everything before this offset was sent or not meant for it. */
  void reached(long next) {
    if (window.passedOver(next - 1, now())) {
      settled();
    }
  }

  /** These are gone, and it is told so. */
  void lost(long from, long to) {
    window.lost(from, to);
  }

  /** It goes on behind this offset for another reason than ours, and was told why. */
  void restart(long acked) {
    givingUp = null;
    window.restart(acked);
    keeper.accept(cursor());
  }

  // -- The client --------------------------------------------------------------------------------

  /** Everything up to an offset has been dealt with; gives the reason why that cannot be. */
  @Nullable Problem ack(long offset) {
    if (!window.wasSent(offset)) {
      return neverSent(offset);
    }
    if (window.ack(offset, now())) {
      count(AckOutcome.ACKNOWLEDGED);
      settled();
    }
    return null;
  }

  /** A message could not be dealt with; gives the reason why that cannot be. */
  @Nullable Problem nack(long offset, @Nullable String reason) {
    if (!window.wasSent(offset)) {
      return neverSent(offset);
    }
    if (offset > window.acked() && window.isWaiting() && givingUp == null) {
      count(AckOutcome.REFUSED);
      failed(reason == null ? "refused by the reader" : reason);
    }
    return null;
  }

  private Problem neverSent(long offset) {
    String words = "offset %d of room %s was not sent here; the last one was %d";
    return new Problem(
        Problem.Reason.BAD_POSITION, words.formatted(offset, view.name(), window.highest()));
  }

  // -- Failures ----------------------------------------------------------------------------------

  /** Time has passed. */
  void tick() {
    Reader its = reader;
    if (its == null) {
      return;
    }
    String reason = givingUp;
    if (reason != null) {
      if (!underWay && now() >= retryAt) {
        giveUp(reason);
      }
    } else if (its.session.turns().isBlocked()) {
      window.defer(now()); // it cannot have got it
    } else if (window.isDue(now())) {
      count(AckOutcome.TIMED_OUT);
      failed(IN_VAIN);
    }
  }

  private void failed(String reason) {
    Reader its = reader;
    if (its == null) {
      return;
    }
    if (!window.failed(now())) {
      givingUp = reason;
      giveUp(reason);
      return;
    }
    count(AckOutcome.REDELIVERED);
    keeper.accept(cursor());
    its.again(window.acked() + 1);
    long attempt = window.failures() + 1L;
    its.session.tell(new Notice.Rewind(view.name(), window.acked(), attempt, name));
    its.session.turns().enqueue(its);
  }

  private void giveUp(String reason) {
    Long offset = window.lowest();
    Entry entry = offset == null ? null : view.entry(offset);
    RoomName dead = policy.deadLetters(view.name());
    if (offset == null) {
      givingUp = null;
    } else if (offset < view.oldest() || dead.equals(view.name()) || view.name().isDeadLetters()) {
      // It is gone, or lies where it would be taken.
      givenUp(view.epoch(), offset, HoleRing.Why.GIVEN_UP);
    } else if (entry == null) {
      underWay = true;
      view.paging().read(offset, problem -> tryLater(problem == null ? 0 : RETRY_MILLIS));
    } else {
      underWay = true;
      Epoch epoch = view.epoch();
      DeadLetter letter = new DeadLetter(view.name(), epoch, entry, reader(), window.failures());
      Broker.Append append = letter.append(reason, view.shard().now());
      view.shard().publish(dead, append, (result, readers) -> buried(epoch, offset, result));
    }
  }

  private String reader() {
    Reader its = reader;
    String user = its == null ? "" : its.session.user().id();
    return name == null ? user : user + "/" + name;
  }

  private void buried(Epoch epoch, long offset, Broker.Appended result) {
    underWay = false;
    switch (result) {
      case Broker.Appended.Stored stored -> {
        count(AckOutcome.DEAD_LETTERED);
        givenUp(epoch, offset, HoleRing.Why.DEAD_LETTER);
      }
      case Broker.Appended.Failed failed -> tryLater(RETRY_MILLIS);
    }
  }

  private void tryLater(long millis) {
    underWay = false;
    retryAt = now() + millis;
  }

  private void givenUp(Epoch epoch, long offset, HoleRing.Why how) {
    if (!epoch.equals(view.epoch()) || givingUp == null) {
      return; // the log has become another one meanwhile
    }
    givingUp = null;
    Reader its = reader;
    if (its != null) {
      its.hole(how, offset, offset);
    }
    if (window.giveUp(offset, now())) {
      settled();
    }
  }

  private void settled() {
    if (givingUp != null && !underWay) {
      givingUp = null; // it was acknowledged at the last moment
    }
    keeper.accept(cursor());
    Reader its = reader;
    if (its != null && its.next() <= view.head()) {
      its.session.turns().enqueue(its);
    }
  }

  private void count(AckOutcome outcome) {
    view.shard().acknowledging().counts().count(outcome);
  }

  private long now() {
    return view.shard().uptime();
  }
}
