package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/**
 * How a session reads a room. Immutable.
 *
 * @param from where to begin
 * @param presence whether to be given the members, and told when they come and go
 * @param filter an expression of the node's {@link dev.carillon.core.spi.Filter.Compiler}: only
 *     what it matches is delivered, and the rest is told as {@link
 *     dev.carillon.core.spi.Notice.Skipped}; null for every message
 * @param acks how what comes is acknowledged, null for not at all. Where it was acknowledged
 *     before, the reader goes on there, whatever {@code from} says
 */
public record JoinOptions(
    From from, boolean presence, @Nullable String filter, @Nullable Acks acks) {
  /** With the next message, or what the room's policy gives on joining; and nothing else. */
  public static final JoinOptions NOW = from(new From.Now());

  /** Every message from a place on, and nothing else. */
  public static JoinOptions from(From from) {
    return new JoinOptions(from, false, null, null);
  }

  /** The same, from another place on. */
  JoinOptions startingAt(From other) {
    return new JoinOptions(other, presence, filter, acks);
  }

  /** The same, and tells who is there, or does not. */
  public JoinOptions withPresence(boolean wanted) {
    return new JoinOptions(from, wanted, filter, acks);
  }

  /** The same, for the messages that a filter matches; for all of them when it is null. */
  public JoinOptions withFilter(@Nullable String expression) {
    return new JoinOptions(from, presence, expression, acks);
  }

  /** The same, and acknowledges; or does not, when it is null. */
  public JoinOptions withAcks(@Nullable Acks how) {
    return new JoinOptions(from, presence, filter, how);
  }
}
