package dev.carillon.core;

import java.time.Duration;

/**
 * A node's limits.
 *
 * @param name what the node is called in answers and metrics
 * @param sessionsPerSecond how many sessions may begin in a second, 1 or more; beyond it newcomers
 *     are told to come back later first, and those who return last
 * @param maxRoomsPerSession how many rooms one session may have joined, 1 or more
 * @param maxPendingPublishes how many unanswered publishes a session may have before it is no
 *     longer read from, 1 or more
 * @param maxPendingPerRoom how many publishes may wait for the broker in one room before further
 *     ones are refused, 1 or more
 * @param logEntries the most entries of a room that the node keeps in its own log, 1 or more
 * @param logBytes the most bytes of weight of a room that the node keeps in its own log
 * @param renditionBytes the most bytes of one rendition
 * @param turnsAtOnce how many sessions are delivered to before the loop looks at what has come in
 *     meanwhile, 1 or more; small next to how many sockets a loop can send to in a few milliseconds
 * @param roomIdle how long a room without readers stays attached to the broker
 * @param sessionTtl how long a session can be taken up again after its connection was lost
 * @param presenceGrace how long a lost session's members are still shown, at most {@code
 *     sessionTtl}
 * @param maxDetachedSessions how many sessions of one shard may wait for a connection; beyond it
 *     the oldest is given up
 * @param memoryBytes what the node may hold of all that grows with clients, on the heap and outside
 *     of it; see {@link Governor}
 */
public record NodeSettings(
    String name,
    int sessionsPerSecond,
    int maxRoomsPerSession,
    int maxPendingPublishes,
    int maxPendingPerRoom,
    int logEntries,
    int logBytes,
    int renditionBytes,
    int turnsAtOnce,
    Duration roomIdle,
    Duration sessionTtl,
    Duration presenceGrace,
    int maxDetachedSessions,
    long memoryBytes) {
  /** The documented defaults. */
  public static final NodeSettings DEFAULT =
      new NodeSettings(
          "carillon",
          10_000,
          1000,
          256,
          10_000,
          1024,
          4 << 20,
          512 << 10,
          256,
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          100_000,
          256L << 20);

  public NodeSettings {
    positive("sessionsPerSecond", sessionsPerSecond);
    positive("maxRoomsPerSession", maxRoomsPerSession);
    positive("maxPendingPublishes", maxPendingPublishes);
    positive("maxPendingPerRoom", maxPendingPerRoom);
    positive("logEntries", logEntries);
    positive("logBytes", logBytes);
    positive("renditionBytes", renditionBytes);
    positive("turnsAtOnce", turnsAtOnce);
    positive("maxDetachedSessions", maxDetachedSessions);
    if (memoryBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "memoryBytes is " + memoryBytes + ", must be at least " + (1 << 20));
    }
    if (presenceGrace.isNegative() || presenceGrace.compareTo(sessionTtl) > 0) {
      throw new IllegalArgumentException(
          "presenceGrace is " + presenceGrace + ", must be 0 to sessionTtl, " + sessionTtl);
    }
  }

  /** The same with another {@link #sessionsPerSecond()}. */
  public NodeSettings withSessionsPerSecond(int sessionsPerSecond) {
    return new NodeSettings(
        name,
        sessionsPerSecond,
        maxRoomsPerSession,
        maxPendingPublishes,
        maxPendingPerRoom,
        logEntries,
        logBytes,
        renditionBytes,
        turnsAtOnce,
        roomIdle,
        sessionTtl,
        presenceGrace,
        maxDetachedSessions,
        memoryBytes);
  }

  /** The same with another {@link #turnsAtOnce()}. */
  public NodeSettings withTurnsAtOnce(int turnsAtOnce) {
    return new NodeSettings(
        name,
        sessionsPerSecond,
        maxRoomsPerSession,
        maxPendingPublishes,
        maxPendingPerRoom,
        logEntries,
        logBytes,
        renditionBytes,
        turnsAtOnce,
        roomIdle,
        sessionTtl,
        presenceGrace,
        maxDetachedSessions,
        memoryBytes);
  }

  /** The same with another {@link #memoryBytes()}. */
  public NodeSettings withMemoryBytes(long memoryBytes) {
    return new NodeSettings(
        name,
        sessionsPerSecond,
        maxRoomsPerSession,
        maxPendingPublishes,
        maxPendingPerRoom,
        logEntries,
        logBytes,
        renditionBytes,
        turnsAtOnce,
        roomIdle,
        sessionTtl,
        presenceGrace,
        maxDetachedSessions,
        memoryBytes);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }
}
