package dev.carillon.core.spi;

import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Session;
import java.nio.ByteBuffer;

/**
 * One connection's state in a protocol. Confined to the shard. Bad input is answered, by an error
 * of the protocol or by closing the line; it never throws.
 */
public interface Conversation {
  /** The connection is open. Called once, first. */
  void opened();

  /**
   * The peer sent a message.
   *
   * @param frame {@code TEXT}, checked to be valid UTF-8, or {@code BINARY}
   * @param bytes valid until this returns
   */
  void received(Payload.Kind frame, ByteBuffer bytes);

  /**
   * The credentials were good; this session is the connection's own from now on, or still, with the
   * rights and the {@linkplain Session#expires() end} of those credentials.
   */
  void accepted(Session session);

  /** The credentials were not good, or ({@code TOKEN_EXPIRED}) they have ended. */
  void refused(Problem problem);

  /** Something happened in the session. Called only after {@link #accepted}. */
  void tell(Notice notice);

  /**
   * The {@linkplain Terms#heartbeat() heartbeat's} time has passed again: the moment for a sign of
   * life of the protocol's own, where it promises one, and for {@link Session#heads}. Called only
   * after {@link #accepted}.
   */
  default void beat() {}

  /**
   * Whether the peer counts as heard of by transport-level pongs alone. A protocol with an
   * application-level heartbeat returns false.
   */
  default boolean pongsSuffice() {
    return true;
  }

  /**
   * Whether the peer can be told what it lost. One that cannot is disconnected when it reads too
   * slowly, whatever else a room's policy would do.
   */
  default boolean canBeTold() {
    return true;
  }

  /**
   * Whether what is sent to everybody, to the user and to the session comes here as well. For
   * protocols that say with each message which room it is from.
   */
  default boolean readsInboxes() {
    return false;
  }
}
