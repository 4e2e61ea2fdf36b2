package dev.carillon.core;

import java.util.Objects;

/**
 * The rules of a room.
 *
 * @param retention how much of its log is kept
 * @param presence whether members are shown to each other
 * @param maxMessageBytes the largest payload, in bytes
 */
public record RoomPolicy(Retention retention, boolean presence, int maxMessageBytes) {
  /** What an unconfigured room gets. */
  public static final RoomPolicy DEFAULT = new RoomPolicy(Retention.DEFAULT, true, 1 << 20);

  public RoomPolicy {
    Objects.requireNonNull(retention, "retention");
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException(
          "maxMessageBytes is " + maxMessageBytes + ", must be at least 1");
    }
  }
}
