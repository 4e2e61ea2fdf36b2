package dev.carillon.core.spi;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import java.nio.ByteBuffer;

/** What a conversation can do with its connection. Confined to the shard. */
public interface Line {
  /**
   * Sends something that belongs to no room, in order with what the shard delivers. Copies the
   * bytes.
   *
   * @param frame {@code TEXT} or {@code BINARY}
   */
  void send(Payload.Kind frame, ByteBuffer bytes);

  /**
   * Has credentials checked. The answer comes once, as {@link Conversation#accepted} or {@link
   * Conversation#refused}; until then the peer is not read from.
   *
   * <p>Again, while there is a session, it renews what that may do and how long: accepted with the
   * same session, or refused, which changes nothing.
   *
   * @param arrival decides who comes in first where more want to than the node takes up; the others
   *     are refused as {@link Problem.Reason#OVERLOADED} with the time to come back, and their
   *     credentials are not looked at
   */
  void authenticate(Credentials credentials, Arrival arrival);

  /** Milliseconds since 1970, as of this round. */
  long now();

  /** What a client has to know about this server's limits and heartbeat. */
  Terms terms();

  /**
   * Ends the connection after what was sent.
   *
   * @param reason shown to the peer; cut to 123 bytes of UTF-8
   */
  void close(Disconnect why, String reason);
}
