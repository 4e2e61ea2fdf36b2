package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What every accepted TCP connection is set to.
 *
 * @param noDelay sends small messages at once instead of gathering them (TCP_NODELAY)
 * @param keepAlive whether the kernel asks silent peers whether they are still there
 * @param keepAliveIdle how long a peer may be silent before the kernel asks
 * @param keepAliveInterval how long the kernel waits between two questions
 * @param keepAliveCount how many unanswered questions end the connection
 * @param sendBuffer what the kernel may hold for a peer that does not read; 0 B leaves it to the
 *     system
 * @param receiveBuffer the kernel's receive buffer; 0 B leaves it to the system
 */
public record Tcp(
    @Setting("Sends small messages at once instead of gathering them (TCP_NODELAY).")
        boolean noDelay,
    @Setting("Whether the kernel asks silent peers whether they are still there.")
        boolean keepAlive,
    @Setting(value = "How long a peer may be silent before the kernel asks.", allowed = "1s to 1d")
        Duration keepAliveIdle,
    @Setting(value = "How long the kernel waits between two questions.", allowed = "1s to 1h")
        Duration keepAliveInterval,
    @Setting(value = "How many unanswered questions end the connection.", allowed = "1 to 100")
        int keepAliveCount,
    @Setting(
            value =
                "What the kernel may hold for a peer that does not read (SO_SNDBUF, which Linux"
                    + " doubles); 0 B leaves it to the system, up to megabytes for each.",
            allowed = "0 B to 64 MiB")
        ByteSize sendBuffer,
    @Setting(
            value = "The kernel's receive buffer; 0 B leaves it to the system.",
            allowed = "0 B to 64 MiB")
        ByteSize receiveBuffer) {
  /** What an empty configuration means. */
  public static final Tcp DEFAULT =
      new Tcp(
          true,
          true,
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          4,
          ByteSize.kib(128),
          new ByteSize(0));

  /** Checks the values. */
  public Tcp {
    BadSetting.within("keepAliveIdle", keepAliveIdle, Duration.ofSeconds(1), Duration.ofDays(1));
    BadSetting.within(
        "keepAliveInterval", keepAliveInterval, Duration.ofSeconds(1), Duration.ofHours(1));
    BadSetting.within("keepAliveCount", keepAliveCount, 1, 100);
    BadSetting.within("sendBuffer", sendBuffer, new ByteSize(0), ByteSize.mib(64));
    BadSetting.within("receiveBuffer", receiveBuffer, new ByteSize(0), ByteSize.mib(64));
  }

  /** The same with another {@code noDelay}. */
  public Tcp withNoDelay(boolean noDelay) {
    return Change.of(this, "noDelay", noDelay);
  }

  /** The same with another {@code keepAlive}. */
  public Tcp withKeepAlive(boolean keepAlive) {
    return Change.of(this, "keepAlive", keepAlive);
  }

  /** The same with another {@code keepAliveIdle}. */
  public Tcp withKeepAliveIdle(Duration keepAliveIdle) {
    return Change.of(this, "keepAliveIdle", keepAliveIdle);
  }

  /** The same with another {@code keepAliveInterval}. */
  public Tcp withKeepAliveInterval(Duration keepAliveInterval) {
    return Change.of(this, "keepAliveInterval", keepAliveInterval);
  }

  /** The same with another {@code keepAliveCount}. */
  public Tcp withKeepAliveCount(int keepAliveCount) {
    return Change.of(this, "keepAliveCount", keepAliveCount);
  }

  /** The same with another {@code sendBuffer}. */
  public Tcp withSendBuffer(ByteSize sendBuffer) {
    return Change.of(this, "sendBuffer", sendBuffer);
  }

  /** The same with another {@code receiveBuffer}. */
  public Tcp withReceiveBuffer(ByteSize receiveBuffer) {
    return Change.of(this, "receiveBuffer", receiveBuffer);
  }
}
