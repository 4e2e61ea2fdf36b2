package dev.carillon.server;

import dev.carillon.core.RoomPolicy;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Setting;

/**
 * The rules of the rooms that a pattern matches.
 *
 * @param retention how much of their logs is kept
 * @param presence whether members are shown to each other
 * @param maxMessage the largest payload; a larger one is refused
 */
public record RoomSettings(
    RetentionSettings retention,
    @Setting("Whether members are shown to each other.") boolean presence,
    @Setting(value = "The largest payload; a larger one is refused.", allowed = "1 B to 1 GiB")
        ByteSize maxMessage) {
  /** What an empty configuration means. */
  public static final RoomSettings DEFAULT =
      new RoomSettings(RetentionSettings.DEFAULT, true, ByteSize.mib(1));

  /** Checks the values. */
  public RoomSettings {
    BadSetting.within("maxMessage", maxMessage, new ByteSize(1), ByteSize.mib(1024));
  }

  /** The same with another {@code retention}. */
  public RoomSettings withRetention(RetentionSettings retention) {
    return new RoomSettings(retention, presence, maxMessage);
  }

  /** The same with another {@code presence}. */
  public RoomSettings withPresence(boolean presence) {
    return new RoomSettings(retention, presence, maxMessage);
  }

  /** The same with another {@code maxMessage}. */
  public RoomSettings withMaxMessage(ByteSize maxMessage) {
    return new RoomSettings(retention, presence, maxMessage);
  }

  /** The same rules as the rooms themselves know them. */
  public RoomPolicy policy() {
    return new RoomPolicy(retention.retention(), presence, maxMessage.toInt());
  }
}
