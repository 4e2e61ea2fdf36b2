package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;

/**
 * Compression of messages (RFC 7692, permessage-deflate), for clients that ask for it.
 *
 * @param enabled whether it is agreed to at all
 * @param windowBits the largest window kept for a connection and direction is 2 to the power of
 *     this in bytes. 12 costs 4 KiB; 15 compresses best
 * @param contextTakeover whether a message may refer to earlier ones of its connection. Smaller
 *     messages, for memory that stays with the connection
 * @param threshold messages below this size are sent as they are
 * @param level effort, 1 (fast) to 9 (small)
 */
public record Compression(
    @Setting("Whether it is agreed to at all.") boolean enabled,
    @Setting(
            value =
                "The largest window kept for a connection and direction is 2 to the power of this"
                    + " in bytes. 12 costs 4 KiB; 15 compresses best.",
            allowed = "8 to 15")
        int windowBits,
    @Setting(
            "Whether a message may refer to earlier ones of its connection. Smaller messages, for"
                + " memory that stays with the connection.")
        boolean contextTakeover,
    @Setting(value = "Messages below this size are sent as they are.", allowed = "0 B to 1 GiB")
        ByteSize threshold,
    @Setting(value = "Effort, 1 (fast) to 9 (small).", allowed = "1 to 9") int level) {
  /** What an empty configuration means. */
  public static final Compression DEFAULT = new Compression(true, 12, true, new ByteSize(64), 6);

  /** Checks the values. */
  public Compression {
    BadSetting.within("windowBits", windowBits, 8, 15);
    BadSetting.within("threshold", threshold, new ByteSize(0), ByteSize.mib(1024));
    BadSetting.within("level", level, 1, 9);
  }

  /** The same with another {@code enabled}. */
  public Compression withEnabled(boolean enabled) {
    return Change.of(this, "enabled", enabled);
  }

  /** The same with another {@code windowBits}. */
  public Compression withWindowBits(int windowBits) {
    return Change.of(this, "windowBits", windowBits);
  }

  /** The same with another {@code contextTakeover}. */
  public Compression withContextTakeover(boolean contextTakeover) {
    return Change.of(this, "contextTakeover", contextTakeover);
  }

  /** The same with another {@code threshold}. */
  public Compression withThreshold(ByteSize threshold) {
    return Change.of(this, "threshold", threshold);
  }

  /** The same with another {@code level}. */
  public Compression withLevel(int level) {
    return Change.of(this, "level", level);
  }
}
