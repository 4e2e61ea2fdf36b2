package dev.carillon.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a session may do, as the server told it. Absent means that the server says nothing about it.
 *
 * @param maxMessageBytes the largest message that is taken, in bytes of one whole frame's payload
 * @param maxRooms how many rooms can be read at once
 * @param maxHistory how many entries one page of history holds at most
 * @param maxPublishRate publications a second that are taken for long
 */
public record SessionLimits(
    long maxMessageBytes, long maxRooms, @Nullable Long maxHistory, @Nullable Long maxPublishRate) {
  public SessionLimits {
    Check.number("maxMessageBytes", maxMessageBytes, 1);
    Check.number("maxRooms", maxRooms);
  }

  /** The two that every server tells. */
  public SessionLimits(long maxMessageBytes, long maxRooms) {
    this(maxMessageBytes, maxRooms, null, null);
  }
}
