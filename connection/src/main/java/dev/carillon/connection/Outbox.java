package dev.carillon.connection;

import dev.carillon.websocket.Output;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection's way out: the engine's own frames and a shard's slices, in one order, in as few
 * writes as possible, and nothing inside a frame that is half sent. Confined to the loop.
 *
 * <p>While the socket takes bytes, small things are gathered in the loop's cork, and large slices
 * go by reference. When it takes no more, what was gathered moves to a lane of the connection's
 * own. The shard's next slices are refused until the lane is empty; our own frames queue behind it.
 *
 * <p>A shard's frame that was cut by the socket is completed into the lane if little is missing;
 * else the shard offers the rest, and our own frames wait in the lane until it has.
 */
final class Outbox implements Output {
  /** A slice of this size or more is not copied into the cork. */
  static final int LARGE = 16 << 10;

  /** The most bytes of a cut frame that are kept here. */
  static final int KEPT_REST = 4 << 10;

  private final Loop loop;
  private final Socket socket;
  private Framing framing = Framing.WEBSOCKET;
  private @Nullable Lane lane;

  /** Bytes that the shard has still to offer of a frame that is half sent. */
  private int rest;

  /** The tick since which the socket has taken nothing of what waits; 0 when nothing waits. */
  private int stalledSince;

  private boolean pressed;
  private boolean gone;

  Outbox(Loop loop, Socket socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /** What a shard's slices are made of. */
  void framing(Framing other) {
    framing = other;
  }

  // -- Our own frames ----------------------------------------------------------------------------

  @Override
  public ByteBuffer reserve(int bytes) {
    if (!blocked()) {
      ByteBuffer room = loop.cork().room(this, bytes);
      if (room != null) {
        return room;
      }
    }
    return lane().room(bytes);
  }

  /** Whether Pongs should wait: the peer does not read what it asks for. */
  @Override
  public boolean full() {
    return lane != null && lane.size() >= 1024;
  }

  /** Sends bytes that are whole frames, or no frames at all; of any size, as the cork has one. */
  void put(ByteBuffer bytes) {
    int end = bytes.limit();
    while (bytes.position() < end) {
      int piece = Math.min(end - bytes.position(), LARGE);
      reserve(piece).put(bytes.limit(bytes.position() + piece));
      bytes.limit(end);
    }
  }

  // -- A shard's slices --------------------------------------------------------------------------

  /** As {@link dev.carillon.core.spi.Outlet#offer}. */
  int offer(ByteBuffer slice) {
    if (rest > 0) {
      return offerRest(slice);
    }
    if (lane != null) {
      return 0;
    }
    int size = slice.remaining();
    if (size < LARGE && !pressed) {
      ByteBuffer room = loop.cork().room(this, size);
      if (room == null) {
        return 0;
      }
      room.put(slice);
      return size;
    }
    loop.cork().flush(this);
    if (lane != null) {
      return 0;
    }
    int from = slice.position();
    int taken = toSocket(slice.duplicate());
    pressed = taken < size;
    return pressed ? taken + keepFrameEnd(slice, from, taken) : taken;
  }

  /** As {@link dev.carillon.core.spi.Outlet#prefetch}. */
  int prefetch() {
    return rest + socket.prefetch();
  }

  private int offerRest(ByteBuffer slice) {
    int taken = toSocket(slice.slice(slice.position(), Math.min(rest, slice.remaining())));
    rest -= taken;
    if (rest == 0) {
      drain();
    }
    return taken;
  }

  /** Whole frames begin at {@code from}, and the socket took some; what of the last one follows? */
  private int keepFrameEnd(ByteBuffer slice, int from, int taken) {
    stall();
    int end = from;
    while (end - from < taken) {
      end += framing.length(slice, end);
    }
    int missing = end - from - taken;
    if (missing > KEPT_REST) {
      rest = missing;
      return 0;
    }
    if (missing > 0) {
      lane().put(slice.slice(from + taken, missing));
    }
    return missing;
  }

  // -- To the socket -----------------------------------------------------------------------------

  /** Sends what was gathered in the cork. */
  void flush() {
    loop.cork().flush(this);
  }

  /** The cork: this is what was gathered. */
  void gathered(ByteBuffer bytes) {
    int size = bytes.remaining();
    int from = bytes.position();
    int taken = gone ? size : toSocket(bytes);
    if (taken < size) {
      lane().put(bytes.limit(from + size).position(from + taken));
    }
  }

  /**
   * The socket takes bytes again.
   *
   * @return whether nothing of our own waits for the socket any more
   */
  boolean drain() {
    Lane waiting = lane;
    if (waiting == null || rest > 0) {
      if (waiting == null) {
        stalledSince = 0;
      }
      return true;
    }
    int size = waiting.size();
    int taken = waiting.drain(socket);
    loop.traffic().sent(taken);
    if (taken == size) {
      lane = null;
      stalledSince = 0;
      return true;
    }
    if (taken > 0) {
      stalledSince = loop.tickNumber();
    }
    return false;
  }

  private int toSocket(ByteBuffer bytes) {
    int taken = socket.offer(bytes);
    loop.traffic().sent(taken);
    if (taken > 0) {
      stalledSince = 0;
    }
    return taken;
  }

  private Lane lane() {
    Lane waiting = lane;
    if (waiting == null) {
      stall();
      lane = waiting = new Lane();
    }
    return waiting;
  }

  private void stall() {
    if (stalledSince == 0) {
      stalledSince = loop.tickNumber();
    }
  }

  // -- How it stands -----------------------------------------------------------------------------

  /** Whether our own frames have to queue. */
  boolean blocked() {
    return lane != null || rest > 0;
  }

  /** How many bytes of our own wait for the socket, those in the cork left out. */
  int waiting() {
    return lane == null ? 0 : lane.size();
  }

  /** How many bytes of memory wait for the socket. */
  int heldBytes() {
    return lane == null ? 0 : lane.capacity();
  }

  /** Whether a frame is half sent whose rest only the shard has. */
  boolean cutOff() {
    return rest > 0;
  }

  /** The tick since which the socket has taken nothing of what waits; 0 when nothing waits. */
  int stalledSince() {
    return stalledSince;
  }

  /** The socket is gone: what waits is dropped. */
  void discard() {
    gone = true;
    lane = null;
    rest = 0;
    stalledSince = 0;
  }
}
