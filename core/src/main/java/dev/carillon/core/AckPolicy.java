package dev.carillon.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What readers that acknowledge can expect of a room.
 *
 * @param timeout how long the lowest message that a reader has not acknowledged is waited for
 * @param maxDeliveries how often that message is delivered before it is given up, 1 or more
 * @param maxUnacknowledged how many messages a reader is sent ahead of its acknowledgements, 1 to
 *     100,000
 * @param deadLetters where messages that were given up go, or null for a room of the server's own
 */
public record AckPolicy(
    Duration timeout, int maxDeliveries, int maxUnacknowledged, @Nullable RoomName deadLetters) {
  /** Half a minute, five deliveries, a thousand ahead. */
  public static final AckPolicy DEFAULT = new AckPolicy(Duration.ofSeconds(30), 5, 1000, null);

  public AckPolicy {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException("timeout is " + timeout + ", must be at least 1 ms");
    }
    if (maxDeliveries < 1) {
      throw new IllegalArgumentException(
          "maxDeliveries is " + maxDeliveries + ", must be at least 1");
    }
    if (maxUnacknowledged < 1 || maxUnacknowledged > 100_000) {
      throw new IllegalArgumentException(
          "maxUnacknowledged is " + maxUnacknowledged + ", must be 1 to 100,000");
    }
  }

  /** Where what was given up in a room goes. */
  public RoomName deadLetters(RoomName room) {
    return deadLetters == null ? room.deadLetters() : deadLetters;
  }
}
