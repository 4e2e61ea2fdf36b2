package dev.carillon.connection;

import dev.carillon.websocket.DeflatePolicy;
import dev.carillon.websocket.HttpLimits;
import dev.carillon.websocket.Limits;

/**
 * What one connection may cost and how long it may take. One object serves all connections of a
 * listener.
 *
 * @param limits on frames, messages and fragments from the peer
 * @param head on the head of the opening request or response
 * @param compression how messages are compressed where that was agreed
 * @param timeouts how long what may take
 * @param laneBytes how many bytes may wait for a blocked socket besides a room's messages, 4096 or
 *     more; past half of it the peer is not read from. A message that begins within the limit may
 *     end beyond it
 */
public record ConnectionSettings(
    Limits limits, HttpLimits head, DeflatePolicy compression, Timeouts timeouts, int laneBytes) {
  /** The documented defaults of each part, and a lane of 64 KiB. */
  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(
          Limits.DEFAULT, HttpLimits.DEFAULT, DeflatePolicy.DEFAULT, Timeouts.DEFAULT, 64 << 10);

  /** Checks the range. */
  public ConnectionSettings {
    if (laneBytes < 4096) {
      throw new IllegalArgumentException("laneBytes is " + laneBytes + ", must be at least 4096");
    }
  }

  /** The same with other limits on what the peer sends. */
  public ConnectionSettings withLimits(Limits other) {
    return new ConnectionSettings(other, head, compression, timeouts, laneBytes);
  }

  /** The same with other limits on the opening request's head. */
  public ConnectionSettings withHead(HttpLimits other) {
    return new ConnectionSettings(limits, other, compression, timeouts, laneBytes);
  }

  /** The same with other compression. */
  public ConnectionSettings withCompression(DeflatePolicy other) {
    return new ConnectionSettings(limits, head, other, timeouts, laneBytes);
  }

  /** The same with other time limits. */
  public ConnectionSettings withTimeouts(Timeouts other) {
    return new ConnectionSettings(limits, head, compression, other, laneBytes);
  }

  /** The same with another bound on what waits for a blocked socket. */
  public ConnectionSettings withLaneBytes(int other) {
    return new ConnectionSettings(limits, head, compression, timeouts, other);
  }
}
