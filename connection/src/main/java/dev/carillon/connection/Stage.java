package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import java.nio.ByteBuffer;

/** What a connection does in one part of its life. Confined to the loop. */
abstract sealed class Stage
    permits RequestStage, ResponseStage, WebSocketStage, StreamStage, Parting, Stage.Over {
  /** When a link is over for the connection. */
  static final Stage OVER = new Over();

  /** Takes bytes; leaves some only when reading has been paused or the turn is over. */
  abstract void received(ByteBuffer in);

  /** The socket takes bytes again. */
  abstract void writable();

  /** The peer sends nothing more. */
  abstract void eof();

  /** The link is gone. Last call. */
  abstract void closed();

  /** Looks at the deadlines, about twice a second. */
  abstract void tick(int now);

  /** Whether the socket has taken nothing of what waits for too long, since a tick. */
  boolean stalled(int since, int now) {
    return false;
  }

  /** The peer's messages can be taken again. */
  void resumed() {}

  /** The server wants to be rid of the connection. */
  abstract void leave(Disconnect why);

  /** Bytes held for what has come in part. */
  int incomingBytes() {
    return 0;
  }

  /** Bytes that are to come of the frame that was begun. */
  int expectedBytes() {
    return 0;
  }

  /** Bytes that the link keeps elsewhere from being freed. */
  int pinnedBytes() {
    return 0;
  }

  /** Memory is short, and this link holds much of it. */
  void shed() {}

  static final class Over extends Stage {
    @Override
    void received(ByteBuffer in) {
      in.position(in.limit());
    }

    @Override
    void writable() {}

    @Override
    void eof() {}

    @Override
    void closed() {}

    @Override
    void tick(int now) {}

    @Override
    void leave(Disconnect why) {}
  }
}
