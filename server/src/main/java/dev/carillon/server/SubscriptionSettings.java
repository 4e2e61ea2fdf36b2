package dev.carillon.server;

import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What named subscriptions may keep a durable room from dropping.
 *
 * @param most how many there may be in a room
 * @param unusedFor when one that nobody reads is forgotten
 * @param held how much is kept for those that have not acknowledged it
 * @param whenFull what happens when that is reached
 */
public record SubscriptionSettings(
    @Setting(
            value = "Named subscriptions in one room; further ones are refused.",
            allowed = "1 to 1000000")
        int most,
    @Setting(
            value = "A subscription that nobody has read for so long is forgotten.",
            allowed = "1m to 3650d")
        Duration unusedFor,
    RetentionSettings held,
    @Setting(
            "What happens when the count or size that may be held is reached: trim drops the oldest"
                + " and tells subscriptions of the gap; refuse lets nobody publish until they have"
                + " acknowledged. What is older than the age that may be held is dropped in any"
                + " case, and told.")
        SubscriptionPolicy.WhenFull whenFull) {
  /** What an empty configuration means. */
  public static final SubscriptionSettings DEFAULT =
      new SubscriptionSettings(
          SubscriptionPolicy.DEFAULT.most(),
          SubscriptionPolicy.DEFAULT.unusedFor(),
          new RetentionSettings(
              SubscriptionPolicy.DEFAULT.held().count(),
              new ByteSize(SubscriptionPolicy.DEFAULT.held().bytes()),
              SubscriptionPolicy.DEFAULT.held().age()),
          SubscriptionPolicy.DEFAULT.whenFull());

  /** Checks the values. */
  public SubscriptionSettings {
    BadSetting.within("most", most, 1, 1_000_000);
    BadSetting.within("unusedFor", unusedFor, Duration.ofMinutes(1), Duration.ofDays(3650));
  }

  /** The same as the rooms themselves know it. */
  public SubscriptionPolicy subscriptions() {
    return new SubscriptionPolicy(most, unusedFor, held.retention(), whenFull);
  }
}
