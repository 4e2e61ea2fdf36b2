package dev.carillon.server;

import dev.carillon.core.SlowReaders;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What is done about readers that do not keep up with a room.
 *
 * @param action what is done
 * @param maxBehind bytes of messages that may wait for one
 * @param maxAge how long the oldest of them may have waited
 */
public record SlowReaderSettings(
    @Setting(
            "What is done about a reader that is farther behind than the two limits below:"
                + " disconnect closes its connection with the last position sent, so that it comes"
                + " back without a loss; conflate sends it the newest message of each key; skip"
                + " goes on with what is newest. The last two tell it the gap.")
        SlowReaders.Action action,
    @Setting(value = "Bytes of messages that may wait for one reader.", allowed = "1 KiB to 1 TiB")
        ByteSize maxBehind,
    @Setting(
            value = "How long the oldest message that waits for it may have waited.",
            allowed = "100ms to 7d")
        Duration maxAge) {
  /** What an empty configuration means. */
  public static final SlowReaderSettings DEFAULT =
      new SlowReaderSettings(
          SlowReaders.DEFAULT.action(),
          new ByteSize(SlowReaders.DEFAULT.maxBehindBytes()),
          SlowReaders.DEFAULT.maxBehind());

  /** Checks the values. */
  public SlowReaderSettings {
    BadSetting.within("maxBehind", maxBehind, ByteSize.kib(1), ByteSize.mib(1 << 20));
    BadSetting.within("maxAge", maxAge, Duration.ofMillis(100), Duration.ofDays(7));
  }

  /** The same with another {@code action}. */
  public SlowReaderSettings withAction(SlowReaders.Action action) {
    return Change.of(this, "action", action);
  }

  /** The same as the rooms themselves know it. */
  public SlowReaders slowReaders() {
    return new SlowReaders(action, maxBehind.bytes(), maxAge);
  }
}
