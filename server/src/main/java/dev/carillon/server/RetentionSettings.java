package dev.carillon.server;

import dev.carillon.core.Retention;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * How much of a room's log is kept: whichever limit is reached first.
 *
 * @param count messages
 * @param size bytes of messages, with what it costs to keep them
 * @param age how old a message may get
 */
public record RetentionSettings(
    @Setting(value = "Messages.", allowed = "0 to 10000000") int count,
    @Setting("Bytes of messages, with what it costs to keep them.") ByteSize size,
    @Setting("How old a message may get.") Duration age) {
  /** What an empty configuration means. */
  public static final RetentionSettings DEFAULT =
      new RetentionSettings(1000, ByteSize.mib(4), Duration.ofDays(1));

  /** Checks the values. */
  public RetentionSettings {
    BadSetting.within("count", count, 0, 10_000_000);
  }

  /** The same with another {@code count}. */
  public RetentionSettings withCount(int count) {
    return Change.of(this, "count", count);
  }

  /** The same with another {@code size}. */
  public RetentionSettings withSize(ByteSize size) {
    return Change.of(this, "size", size);
  }

  /** The same with another {@code age}. */
  public RetentionSettings withAge(Duration age) {
    return Change.of(this, "age", age);
  }

  /** The same as the rooms themselves know it. */
  public Retention retention() {
    return new Retention(count, size.bytes(), age);
  }
}
