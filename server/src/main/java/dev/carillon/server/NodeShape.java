package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What the server is called, and what it keeps of each room.
 *
 * @param name the node's name in welcomes and metrics
 * @param logEntries messages of one room that are kept at hand for readers
 * @param logSize bytes of one room that are kept at hand for readers
 * @param renditionSize bytes of one room that are kept ready to send, for each way of sending
 * @param roomIdle how long a room without readers stays attached to the broker
 * @param memory what may be held of all that grows with clients; 0 B is half of the heap
 */
public record NodeShape(
    @Setting(value = "The node's name in welcomes and metrics.", allowed = "1 to 100 characters")
        String name,
    @Setting(
            value = "Messages of one room that are kept at hand for readers.",
            allowed = "1 to 10000000")
        int logEntries,
    @Setting(
            value = "Bytes of one room that are kept at hand for readers.",
            allowed = "4 KiB to 1 GiB")
        ByteSize logSize,
    @Setting(
            value = "Bytes of one room that are kept ready to send, for each way of sending.",
            allowed = "4 KiB to 1 GiB")
        ByteSize renditionSize,
    @Setting(
            value = "How long a room without readers stays attached to the broker.",
            allowed = "0s to 1d")
        Duration roomIdle,
    @Setting(
            value =
                "What may be held of all that grows with clients, in the heap and outside; beyond"
                    + " it the largest holders are let go of. 0 B is half of the largest heap.",
            allowed = "0 B, or 1 MiB to 1024 GiB")
        ByteSize memory) {
  /** What an empty configuration means. */
  public static final NodeShape DEFAULT =
      new NodeShape(
          "carillon",
          1024,
          ByteSize.mib(4),
          ByteSize.kib(512),
          Duration.ofSeconds(30),
          new ByteSize(0));

  /** Checks the values. */
  public NodeShape {
    BadSetting.require(
        !name.isBlank() && name.length() <= 100, "name", "must have 1 to 100 characters");
    BadSetting.within("logEntries", logEntries, 1, 10_000_000);
    BadSetting.within("logSize", logSize, ByteSize.kib(4), ByteSize.mib(1024));
    BadSetting.within("renditionSize", renditionSize, ByteSize.kib(4), ByteSize.mib(1024));
    BadSetting.within("roomIdle", roomIdle, Duration.ZERO, Duration.ofDays(1));
    if (memory.bytes() != 0) {
      BadSetting.within("memory", memory, ByteSize.mib(1), ByteSize.mib(1 << 20));
    }
  }

  /** The same with another {@code name}. */
  public NodeShape withName(String name) {
    return Change.of(this, "name", name);
  }

  /** The same with another {@code logEntries}. */
  public NodeShape withLogEntries(int logEntries) {
    return Change.of(this, "logEntries", logEntries);
  }

  /** The same with another {@code logSize}. */
  public NodeShape withLogSize(ByteSize logSize) {
    return Change.of(this, "logSize", logSize);
  }

  /** The same with another {@code renditionSize}. */
  public NodeShape withRenditionSize(ByteSize renditionSize) {
    return Change.of(this, "renditionSize", renditionSize);
  }

  /** The same with another {@code roomIdle}. */
  public NodeShape withRoomIdle(Duration roomIdle) {
    return Change.of(this, "roomIdle", roomIdle);
  }

  /** The same with another {@code memory}. */
  public NodeShape withMemory(ByteSize memory) {
    return Change.of(this, "memory", memory);
  }
}
