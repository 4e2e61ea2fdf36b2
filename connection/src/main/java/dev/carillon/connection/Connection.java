package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.HeldBytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One link to a peer from its first byte to its last: opening handshake, WebSocket, parting. Does
 * no I/O: a transport or a simulator calls it, and it calls a {@link Socket}. Confined to its
 * {@link Loop}.
 *
 * <p>Made by {@link Loop#accept} or {@link Loop#connect}.
 */
public final class Connection {
  /** Why the peer is not read from, as bits. */
  static final int SESSION = 1;

  static final int AUTHENTICATION = 2;
  static final int LANE = 4;
  private static final int TURN = 8;

  private final Loop loop;
  private final Socket socket;
  private final Outbox outbox;
  private Stage stage = Stage.OVER;
  private @Nullable ByteBuffer parked;
  private int paused;
  private boolean ended;

  /** Bytes held, as they were counted last. */
  private int incoming;

  private int outgoing;

  /** Where it stands among its loop's connections. */
  int index;

  Connection(Loop loop, Socket socket) {
    this.loop = loop;
    this.socket = socket;
    this.outbox = new Outbox(loop, socket);
  }

  // -- Called by the transport -------------------------------------------------------------------

  /**
   * The socket has read bytes. {@link #readComplete()} follows when it has read what there was, or
   * its share.
   *
   * @param in everything between position and limit is taken, or copied; must be writable, as it is
   *     unmasked in place
   */
  public void received(ByteBuffer in) {
    loop.beginRound();
    loop.traffic().received(in.remaining());
    if (paused == 0) {
      take(in);
    } else {
      park(in);
    }
    countIncoming();
  }

  /** How many bytes are still to come of the frame that was begun, so that a read may be larger. */
  public int expectedBytes() {
    return paused == 0 ? stage.expectedBytes() : 0;
  }

  /** The socket has read what there was: replies go out now. */
  public void readComplete() {
    loop.endRound();
  }

  /** The socket takes bytes again, after it has taken fewer than it was offered. */
  public void writable() {
    loop.beginRound();
    stage.writable();
    loop.endRound();
  }

  /** The peer sends nothing more. */
  public void eof() {
    ended = true;
    if (parked == null) {
      loop.beginRound();
      stage.eof();
      loop.endRound();
    }
  }

  /** The link is gone. Last call of the transport; further ones do nothing. */
  public void closed() {
    if (stage != Stage.OVER) {
      outbox.discard();
      loop.beginRound();
      Stage last = stage;
      over();
      last.closed();
      loop.endRound();
    }
  }

  /** What was called has failed through a fault of this server's own: ends the connection. */
  public void failed() {
    leave(Disconnect.INTERNAL);
    loop.endRound();
  }

  // -- Called by the loop ------------------------------------------------------------------------

  void tick(int now) {
    int stalled = outbox.stalledSince();
    countIncoming();
    countOutgoing(outbox.heldBytes() + socket.heldBytes());
    stage.tick(now);
    if (stalled != 0 && stage.stalled(stalled, now)) {
      socket.abort();
    }
  }

  /** Goes on with what was left over. */
  void turn() {
    paused &= ~TURN;
    ByteBuffer in = parked;
    if (paused != 0 || in == null) {
      return;
    }
    parked = null;
    take(in);
    if (paused == 0) {
      if (ended) {
        stage.eof();
      } else {
        socket.pauseReading(false);
      }
    }
  }

  void leave(Disconnect why) {
    stage.leave(why);
  }

  private void countIncoming() {
    ByteBuffer left = parked;
    int now = stage.incomingBytes() + (left == null ? 0 : left.capacity());
    if (now != incoming) {
      loop.holds(HeldBytes.Kind.INCOMING, now - incoming);
      incoming = now;
    }
  }

  private void countOutgoing(int now) {
    if (now != outgoing) {
      loop.holds(HeldBytes.Kind.OUTGOING, now - outgoing);
      outgoing = now;
    }
  }

  /** Bytes that would be free without it. */
  int weight() {
    return incoming + outgoing + stage.pinnedBytes();
  }

  /** Ends it because memory is short. */
  void shed() {
    stage.shed();
  }

  // -- Called by the stages ----------------------------------------------------------------------

  void enter(Stage next) {
    stage = next;
  }

  /** The link is no longer this connection's concern. */
  void over() {
    stage = Stage.OVER;
    parked = null;
    countIncoming();
    countOutgoing(0);
    loop.remove(this);
  }

  void pause(int reason) {
    if (paused == 0) {
      socket.pauseReading(true);
    }
    paused |= reason;
  }

  void resume(int reasons) {
    int before = paused;
    paused &= ~reasons;
    if (before == 0 || paused != 0) {
      return;
    }
    if (parked == null) {
      socket.pauseReading(false);
      stage.resumed();
    } else {
      queueTurn();
    }
  }

  /** Whether the peer sends nothing more. */
  boolean ended() {
    return ended;
  }

  boolean paused() {
    return paused != 0;
  }

  Loop loop() {
    return loop;
  }

  Socket socket() {
    return socket;
  }

  Outbox outbox() {
    return outbox;
  }

  // -- Reading -----------------------------------------------------------------------------------

  private void take(ByteBuffer in) {
    Stage before;
    do {
      before = stage;
      stage.received(in);
    } while (stage != before && paused == 0 && in.hasRemaining());
    if (in.hasRemaining()) {
      park(in);
      if (paused == 0) {
        socket.pauseReading(true);
        queueTurn();
      }
    }
  }

  private void queueTurn() {
    paused |= TURN;
    loop.queueTurn(this);
  }

  private void park(ByteBuffer in) {
    ByteBuffer before = parked;
    int size = in.remaining() + (before == null ? 0 : before.remaining());
    ByteBuffer both = ByteBuffer.allocate(size);
    if (before != null) {
      both.put(before);
    }
    parked = both.put(in).flip();
  }
}
