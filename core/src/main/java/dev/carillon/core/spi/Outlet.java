package dev.carillon.core.spi;

import java.nio.ByteBuffer;

/**
 * The way to one socket, as a shard sees it. Confined to the shard. Implemented by the connection.
 */
public interface Outlet {
  /**
   * Takes bytes of whole frames, from the slice's position on; what is taken is the outlet's to
   * deliver, in order. The slice is not kept, and its position afterwards says nothing.
   *
   * <p>When fewer are taken than remain, the socket takes no more now, and the shard is told by
   * {@link dev.carillon.core.Session#writable()} when it does. A slice may be cut anywhere. The
   * next slice offered after a cut inside a frame begins with the rest of that frame, and ends with
   * it; until then the outlet lets nothing else onto the socket.
   *
   * @return how many bytes were taken, 0 to {@code slice.remaining()}
   */
  int offer(ByteBuffer slice);

  /** Whether what is sent now goes out now, and does not wait for the socket. */
  default boolean isFree() {
    return true;
  }

  /**
   * Reads what an offer is going to read, because one is about to be made: what is not in the
   * caches comes while the same is asked for others.
   *
   * @return a number that means nothing, made of what was read, so that it is read
   */
  default int prefetch() {
    return 0;
  }

  /** Ends a batch of offers: what was gathered goes to the socket now. */
  void flush();

  /** Stops (true) or goes on (false) reading from the peer, while its publishes cannot be taken. */
  void pauseReading(boolean pause);

  /**
   * Ends the connection after what was taken has been sent.
   *
   * @param reason shown to the peer, at most 123 bytes of UTF-8
   */
  void close(dev.carillon.core.Disconnect why, String reason);
}
