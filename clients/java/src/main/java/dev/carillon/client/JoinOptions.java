package dev.carillon.client;

import dev.carillon.wire.Position;
import dev.carillon.wire.Start;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a room is read. Immutable.
 *
 * @param start where to begin; null for what comes from now on
 * @param presence whether to be told who is there
 * @param filter an expression over messages' tags: only these come; null for all
 * @param name the name of a durable subscription, whose place the server keeps; null for none
 * @param ack whether messages are acknowledged by {@link Room#ack}, and come again when they are
 *     not; always so for a durable subscription
 */
public record JoinOptions(
    @Nullable Start start,
    boolean presence,
    @Nullable String filter,
    @Nullable String name,
    boolean ack) {
  /** What comes from now on. */
  public static final JoinOptions DEFAULT = new JoinOptions(null, false, null, null, false);

  /** Begins behind a position. What was missed comes first. */
  public static JoinOptions from(Position position) {
    return new JoinOptions(new Start.From(position), false, null, null, false);
  }

  /**
   * Begins with the last messages.
   *
   * @param count how many, at least 1
   */
  public static JoinOptions last(int count) {
    return new JoinOptions(new Start.Last(count), false, null, null, false);
  }

  /** Begins with the messages since then. */
  public static JoinOptions since(Instant time) {
    return new JoinOptions(new Start.Since(time.toEpochMilli()), false, null, null, false);
  }

  /** The same, and tells who is there. */
  public JoinOptions withPresence() {
    return new JoinOptions(start, true, filter, name, ack);
  }

  /** The same, for messages whose tags an expression holds for. */
  public JoinOptions withFilter(String expression) {
    return new JoinOptions(start, presence, expression, name, ack);
  }

  /** The same, for a durable subscription. Its messages are acknowledged by {@link Room#ack}. */
  public JoinOptions withName(String subscription) {
    return new JoinOptions(start, presence, filter, subscription, ack);
  }

  /** The same, with messages that come again until they are acknowledged. */
  public JoinOptions withAck() {
    return new JoinOptions(start, presence, filter, name, true);
  }
}
