package dev.carillon.connection;

import dev.carillon.websocket.RequestHead;
import java.nio.ByteBuffer;

/**
 * What a connection needs of its transport. Confined to the connection's loop. No method calls back
 * into the connection before it returns.
 */
public interface Socket {
  /**
   * Takes bytes from the slice's position on; what is taken is the transport's to deliver, in
   * order. The slice is not kept, and its position afterwards says nothing. A socket that is gone
   * takes everything, for nothing.
   *
   * <p>When fewer are taken than remain, {@link Connection#writable()} is called once more can be.
   *
   * @return how many bytes were taken, 0 to {@code slice.remaining()}
   */
  int offer(ByteBuffer slice);

  /** As {@link dev.carillon.core.spi.Outlet#prefetch}. */
  default int prefetch() {
    return 0;
  }

  /** Bytes that were taken and are held in memory of this process. */
  default int heldBytes() {
    return 0;
  }

  /** Stops (true) or goes on (false) reading; bytes read already may still be handed in. */
  void pauseReading(boolean pause);

  /** Tells the peer that nothing more follows what was taken; reading goes on. */
  void shutdownOutput();

  /** Ends the link after what was taken has been sent. */
  void close();

  /** Ends the link now; what was taken and has not been sent is lost. */
  void abort();

  /**
   * The request asks for no WebSocket: from now on the transport speaks HTTP, and the connection is
   * told nothing more.
   *
   * @param rest what was read behind the head; valid until this returns
   */
  void http(RequestHead head, ByteBuffer rest);
}
