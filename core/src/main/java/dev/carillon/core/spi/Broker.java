package dev.carillon.core.spi;

import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where room logs live. The broker alone assigns offsets. Safe for use by many threads.
 *
 * <p>Every call is asynchronous and returns at once. Each answer is given exactly once, on any
 * thread, perhaps before the call returns, and within the broker's own time limit: a broker that
 * cannot tell whether an append took place answers {@link Appended.Failed} with {@code inDoubt}.
 *
 * <p>Within a room and epoch offsets start at 1 and rise by one, and the same position is the same
 * message for ever. A broker that may have forgotten or forked history gives the room a new epoch.
 */
public interface Broker extends AutoCloseable {
  /** One message to append, complete but for its place. */
  record Append(Draft draft, String id, @Nullable Member sender, long time) {
    /**
     * Under which name the stamp's sequences are counted in the room; null without a stamp. A
     * publisher belongs to its user, so that nobody else can go on with its count or learn from it.
     * Guests prove nothing, and share a space of names. What a node publishes itself it counts
     * itself, whomever it is about.
     */
    public @Nullable String publisher() {
      Draft.Stamp stamp = draft.stamp();
      if (stamp == null) {
        return null;
      }
      if (stamp.isOfNode()) {
        return stamp.publisher(); // has no line break, and all others have one
      }
      // No user's name is empty or has a line break: what a guest calls itself is nobody's.
      String owner = sender == null || sender.user().guest() ? "" : sender.user().id();
      return owner + '\n' + stamp.publisher();
    }

    /** The message that it becomes. */
    public Message message() {
      return new Message(
          id,
          draft.event(),
          draft.payload(),
          sender,
          time,
          draft.tags(),
          draft.key(),
          draft.priority(),
          draft.ttlMillis(),
          draft.echo(),
          draft.audience());
    }
  }

  /** What became of one append. */
  sealed interface Appended {
    /**
     * It has a place.
     *
     * @param duplicate whether it had it already, by an earlier append with the same stamp
     */
    record Stored(Position position, Level level, boolean duplicate) implements Appended {}

    /**
     * It has none, or ({@code inDoubt}) it is not known whether it has.
     *
     * @param inDoubt settled only by appending the same stamp again
     */
    record Failed(boolean inDoubt, Problem problem) implements Appended {}
  }

  /** How safe a stored message is. */
  enum Level {
    /** In this process's memory. */
    MEMORY,
    /** In the memory of more than one process. */
    REPLICATED,
    /** On stable storage, as the broker's configuration demands. */
    STORED
  }

  /** What a room's log holds at one moment. {@code oldest} is {@code head + 1} when it is empty. */
  record Extent(Epoch epoch, long oldest, long head) {}

  /**
   * A stretch of a room's log.
   *
   * @param extent what the log held when it was read
   * @param entries rising by one; they begin at the wanted offset or, where that is no longer
   *     retained, at {@code extent.oldest}; empty only when there is nothing at or behind it
   */
  record Page(Extent extent, List<Entry> entries) {}

  /**
   * How far a subscription has come.
   *
   * @param epoch what the offset belongs to
   * @param acked everything up to here has been acknowledged
   * @param failures how often the message behind it has been delivered in vain
   */
  record Cursor(Epoch epoch, long acked, int failures) {}

  /**
   * What is known of a subscription.
   *
   * @param extent what the log held then
   * @param cursor null when there is no such subscription; it may be of an earlier epoch
   */
  record Subscription(Extent extent, @Nullable Cursor cursor) {}

  /** An answer that can fail. */
  sealed interface Answer<T> {
    /** It worked. */
    record Done<T>(T value) implements Answer<T> {}

    /** It did not. */
    record Failed<T>(Problem problem) implements Answer<T> {}
  }

  /** What a room's live feed tells. Calls may come on any thread, one at a time a feed. */
  interface Feed {
    /** New entries of the log, in order, without a hole since the feed was attached. */
    void entries(Epoch epoch, List<Entry> entries);

    /** Nothing can be appended now, and so nothing follows until {@link #goesOn}. */
    default void stands(Problem problem) {}

    /** What {@link #stands} said is over; nothing was missed. */
    default void goesOn() {}

    /** Something may have been missed: the node attaches again and reads history. */
    void interrupted(Problem problem);
  }

  /** A live feed that was attached. */
  interface Attachment {
    /** Ends the feed; calls already on their way may still arrive. */
    void detach();
  }

  /**
   * Appends a batch to a room, in order. Either the list of outcomes has one for each append, or
   * none of them could be told apart and each outcome is the same failure.
   */
  void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer);

  /**
   * Attaches a live feed. The answer is the log's extent at a moment from which on the feed has no
   * hole; entries may be fed before the answer is given, and may repeat what the extent covers.
   */
  Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer);

  /**
   * Reads from an offset on.
   *
   * @param from the first offset wanted, 1 or more
   * @param limit the most entries to give, 1 or more
   * @param maxBytes about how many bytes of {@link dev.carillon.core.Message#weight() weight} to
   *     give; at least one entry comes even when it is heavier
   */
  void read(RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer);

  /**
   * Finds the first entry of a time or later.
   *
   * @param since milliseconds since 1970
   */
  void find(RoomName room, long since, Consumer<Answer<Extent>> answer);

  /**
   * Lists rooms of clients that it knows of, by their names and in that order.
   *
   * @param limit the most to give, 1 or more
   */
  void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer);

  /** Looks a subscription up. */
  void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer);

  /**
   * Keeps how far a subscription has come, and makes it when there is none. Within an epoch a
   * cursor never goes back: one that is behind what is kept changes nothing, so that a call may be
   * repeated when it is in doubt. From the answer on, the log keeps what the subscription has not
   * acknowledged, as {@link Keeping} says.
   *
   * @param answer the cursor that is kept now; fails where the cursor is of another epoch than the
   *     log, or the room has as many subscriptions as it may
   */
  void settle(RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer);

  /** How it is. Asked by whoever reads health and metrics. */
  default Condition condition() {
    return Condition.WELL;
  }

  /** Where sessions are kept; where nothing outlives the process, nowhere. */
  default SessionStore sessions() {
    return SessionStore.NONE;
  }

  /** Lets go of everything. Calls after it, and those under way, are answered with a failure. */
  @Override
  void close();
}
