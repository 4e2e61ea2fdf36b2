package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import java.nio.ByteBuffer;

/** The way out of a session, and its conversation: takes all there is, and is not to be closed. */
class SilentPeer implements Outlet, Conversation {
  @Override
  public int offer(ByteBuffer slice) {
    return slice.remaining();
  }

  @Override
  public void flush() {}

  @Override
  public void pauseReading(boolean pause) {}

  @Override
  public void close(Disconnect why, String reason) {
    throw new IllegalStateException("closed: " + reason);
  }

  @Override
  public void tell(Notice notice) {}

  @Override
  public void opened() {}

  @Override
  public void received(Payload.Kind frame, ByteBuffer bytes) {}

  @Override
  public void accepted(Session accepted) {}

  @Override
  public void refused(Problem problem) {}
}
