package dev.carillon.server;

import dev.carillon.core.AckPolicy;
import dev.carillon.core.RoomName;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What readers that acknowledge can expect of a room.
 *
 * @param timeout how long the lowest unacknowledged message is waited for
 * @param maxDeliveries how often it is delivered before it is given up
 * @param maxUnacknowledged how many messages a reader is sent ahead of its acknowledgements
 * @param deadLetters the room to which messages go that were given up
 */
public record AckSettings(
    @Setting(
            value =
                "How long a reader that acknowledges is waited for, before the lowest message that"
                    + " it has not acknowledged counts as not delivered and comes again.",
            allowed = "100ms to 1d")
        Duration timeout,
    @Setting(
            value =
                "How often that message is delivered before it is given up and goes to the"
                    + " dead-letter room.",
            allowed = "1 to 1000")
        int maxDeliveries,
    @Setting(
            value = "Messages that a reader is sent ahead of its acknowledgements.",
            allowed = "1 to 100000")
        int maxUnacknowledged,
    @Setting(
            "The room to which messages go that were given up. If empty, a room of the server's own"
                + " that clients cannot join.")
        String deadLetters) {
  /** What an empty configuration means. */
  public static final AckSettings DEFAULT =
      new AckSettings(
          AckPolicy.DEFAULT.timeout(),
          AckPolicy.DEFAULT.maxDeliveries(),
          AckPolicy.DEFAULT.maxUnacknowledged(),
          "");

  /** Checks the values. */
  public AckSettings {
    BadSetting.within("timeout", timeout, Duration.ofMillis(100), Duration.ofDays(1));
    BadSetting.within("maxDeliveries", maxDeliveries, 1, 1000);
    BadSetting.within("maxUnacknowledged", maxUnacknowledged, 1, 100_000);
    String flaw = deadLetters.isEmpty() ? null : RoomName.flaw(deadLetters);
    BadSetting.require(flaw == null, "deadLetters", "is no room: " + flaw);
  }

  /** The same with another {@code timeout}. */
  public AckSettings withTimeout(Duration timeout) {
    return Change.of(this, "timeout", timeout);
  }

  /** The same with another {@code maxDeliveries}. */
  public AckSettings withMaxDeliveries(int maxDeliveries) {
    return Change.of(this, "maxDeliveries", maxDeliveries);
  }

  /** The same with another {@code deadLetters}. */
  public AckSettings withDeadLetters(String deadLetters) {
    return Change.of(this, "deadLetters", deadLetters);
  }

  /** The same as the rooms themselves know it. */
  public AckPolicy acks() {
    return new AckPolicy(
        timeout,
        maxDeliveries,
        maxUnacknowledged,
        deadLetters.isEmpty() ? null : RoomName.of(deadLetters));
  }
}
