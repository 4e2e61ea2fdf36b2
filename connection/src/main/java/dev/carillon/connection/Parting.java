package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The end of a link: what waits is sent, our direction is closed, and what still comes is read and
 * dropped for a while, because closing over unread bytes would destroy what the peer has not read.
 */
final class Parting extends Stage {
  private final Connection connection;
  private final Duration limit;
  private final boolean first;
  private final int since;
  private boolean sent;
  private boolean peerDone;

  /**
   * Prepares for the end.
   *
   * @param limit how long it may take
   * @param first whether we close our direction without waiting for the peer to close its own
   */
  Parting(Connection connection, Duration limit, boolean first) {
    this.connection = connection;
    this.limit = limit;
    this.first = first;
    this.since = connection.loop().tickNumber();
  }

  /** Begins; the connection goes on in this stage, if it goes on at all. */
  void begin() {
    connection.enter(this);
    connection.resume(~0);
    peerDone = connection.ended();
    Outbox outbox = connection.outbox();
    outbox.flush();
    if (outbox.cutOff()) {
      connection.socket().abort();
    } else if (!outbox.blocked()) {
      allSent();
    }
  }

  private void allSent() {
    sent = true;
    if (peerDone) {
      connection.socket().close();
    } else if (first) {
      connection.socket().shutdownOutput();
    }
  }

  @Override
  void received(ByteBuffer in) {
    in.position(in.limit());
  }

  @Override
  void writable() {
    if (connection.outbox().drain() && !sent) {
      allSent();
    }
  }

  @Override
  void eof() {
    peerDone = true;
    if (sent) {
      connection.socket().close();
    }
  }

  @Override
  void closed() {}

  @Override
  void tick(int now) {
    if (Timeouts.over(limit, since, now)) {
      connection.socket().abort();
    }
  }

  @Override
  void leave(Disconnect why) {}
}
