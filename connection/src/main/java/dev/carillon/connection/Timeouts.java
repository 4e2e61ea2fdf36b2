package dev.carillon.connection;

import java.time.Duration;

/**
 * How long a connection waits for what. Each is kept to within about half a second, and {@link
 * Duration#ZERO} is for ever.
 *
 * @param handshake from the link's beginning to the end of the opening handshake
 * @param authentication from the end of the handshake until the client has proved who it is
 * @param heartbeat how long the peer may be silent before it is sent a Ping
 * @param pong how long it may then go on being silent
 * @param idle how long a connection may stay open without a message from the peer
 * @param message from the first byte of a peer's message to its last
 * @param stall how long the socket may take none of the bytes that wait for it
 * @param close from our Close frame to the end of the link
 */
public record Timeouts(
    Duration handshake,
    Duration authentication,
    Duration heartbeat,
    Duration pong,
    Duration idle,
    Duration message,
    Duration stall,
    Duration close) {
  /** The documented defaults: 10 s, 5 s, 25 s, 20 s, never, 60 s, 60 s, 5 s. */
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          Duration.ZERO,
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5));

  /** Checks that none is negative. */
  public Timeouts {
    check("handshake", handshake);
    check("authentication", authentication);
    check("heartbeat", heartbeat);
    check("pong", pong);
    check("idle", idle);
    check("message", message);
    check("stall", stall);
    check("close", close);
  }

  /** The same with another limit for the opening handshake. */
  public Timeouts withHandshake(Duration other) {
    return new Timeouts(other, authentication, heartbeat, pong, idle, message, stall, close);
  }

  /** The same with another limit for authentication. */
  public Timeouts withAuthentication(Duration other) {
    return new Timeouts(handshake, other, heartbeat, pong, idle, message, stall, close);
  }

  /** The same with another heartbeat. */
  public Timeouts withHeartbeat(Duration interval, Duration limit) {
    return new Timeouts(handshake, authentication, interval, limit, idle, message, stall, close);
  }

  /** The same with another limit without messages. */
  public Timeouts withIdle(Duration other) {
    return new Timeouts(handshake, authentication, heartbeat, pong, other, message, stall, close);
  }

  /** The same with another limit for a message that has begun. */
  public Timeouts withMessage(Duration other) {
    return new Timeouts(handshake, authentication, heartbeat, pong, idle, other, stall, close);
  }

  /** The same with another limit for a socket that takes nothing. */
  public Timeouts withStall(Duration other) {
    return new Timeouts(handshake, authentication, heartbeat, pong, idle, message, other, close);
  }

  /** The same with another limit for closing. */
  public Timeouts withClose(Duration other) {
    return new Timeouts(handshake, authentication, heartbeat, pong, idle, message, stall, other);
  }

  /** Whether a limit has been reached that began to run at tick {@code since}. */
  static boolean over(Duration limit, int since, int now) {
    return !limit.isZero() && (long) (now - since) * Loop.TICK_MILLIS >= limit.toMillis();
  }

  private static void check(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " is " + value + ", must not be negative");
    }
  }
}
