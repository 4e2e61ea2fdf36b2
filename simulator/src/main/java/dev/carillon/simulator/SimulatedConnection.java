package dev.carillon.simulator;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.WireForm;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection with a window that opens and closes: it takes as many bytes as
 * the window has room for, wherever that cuts them, and lets notices go only between frames.
 *
 * <p>What was taken travels to the client in order, until the connection is cut.
 */
final class SimulatedConnection implements Outlet, Conversation {
  /** What the far end gets. */
  interface Receiver {
    void bytes(byte[] bytes);

    void notice(Notice notice);

    void closed(Disconnect why);
  }

  /** Frames of the simulation: length, room, offset, message id. */
  static final class Form implements WireForm {
    @Override
    public void append(RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) {
      String line = room + " " + entry.offset() + " " + entry.message().id();
      int padding = (int) (entry.offset() * 37 % 700);
      into.put(line.length() + padding >> 8);
      into.put(line.length() + padding);
      into.ascii(line);
      for (int i = 0; i < padding; i++) {
        into.put(' ');
      }
    }
  }

  private final World world;
  private final Chance chance;
  private final Receiver far;
  private final ArrayDeque<Notice> lane = new ArrayDeque<>();
  private Session session;
  private int window;
  private int frameLeft;
  private int headerByte = -1;
  private boolean full;
  private boolean cut;
  private boolean abandoned;
  private boolean stalled;
  private long arrival;

  @SuppressWarnings("NullAway.Init") // the session is set right after it was opened with this
  SimulatedConnection(World world, Receiver far) {
    this.world = world;
    this.chance = world.network;
    this.far = far;
    this.window = 1 + chance.nextInt(4000);
  }

  void session(Session opened) {
    session = opened;
  }

  /** The name of its session, or null before it was opened. */
  @Nullable String sessionName() {
    Session opened = session;
    return opened == null ? null : opened.id();
  }

  /** Something that the client sent arrives. */
  void command(Consumer<Session> action) {
    if (!cut) {
      action.accept(session);
    }
  }

  /**
   * The client has turned away: nothing more arrives there, though the server does not know yet.
   */
  void abandon() {
    abandoned = true;
  }

  /** The server learns that the connection is gone. */
  void cut() {
    if (!cut) {
      cut = true;
      session.disconnected();
    }
  }

  /** Stops taking bytes for a while, or goes on. */
  void stall(boolean stop) {
    stalled = stop;
    if (!stop) {
      open();
    }
  }

  private void open() {
    if (cut || stalled) {
      return;
    }
    window += 1 + chance.nextInt(3000);
    drainLane();
    if (full && window > 0) {
      full = false;
      session.writable();
    }
  }

  private boolean midFrame() {
    return frameLeft > 0 || headerByte >= 0;
  }

  private void drainLane() {
    while (!midFrame() && window > 0 && !lane.isEmpty()) {
      Notice notice = lane.remove();
      window -= Math.min(window, 40);
      travel(() -> far.notice(notice));
    }
  }

  private void travel(Runnable arrives) {
    // In order, so each a millisecond behind the one before at least.
    arrival = Math.max(arrival + 1, world.millis() + chance.nextInt(20));
    world.after(
        arrival - world.millis(),
        "arrive",
        () -> {
          if (!abandoned) {
            arrives.run();
          }
        });
  }

  @Override
  public int offer(ByteBuffer slice) {
    drainLane();
    int taken = stalled || cut || !lane.isEmpty() && !midFrame() ? 0 : take(slice);
    if (taken < slice.remaining()) {
      full = true;
      world.after(1 + chance.nextInt(30), "window", this::open);
    }
    return taken;
  }

  private int take(ByteBuffer slice) {
    int taken = Math.min(window, slice.remaining());
    if (taken > 0) {
      byte[] bytes = new byte[taken];
      slice.get(slice.position(), bytes);
      follow(bytes);
      window -= taken;
      travel(() -> far.bytes(bytes));
    }
    return taken;
  }

  /** Follows the frames, to know whether the last one is whole. */
  private void follow(byte[] bytes) {
    for (byte b : bytes) {
      if (frameLeft > 0) {
        frameLeft--;
      } else if (headerByte < 0) {
        headerByte = b & 0xff;
      } else {
        frameLeft = headerByte << 8 | b & 0xff;
        headerByte = -1;
      }
    }
  }

  @Override
  public void flush() {
    drainLane();
    if (!lane.isEmpty()) {
      full = true;
      world.after(1 + chance.nextInt(30), "window", this::open);
    } else if (window < 2000 && chance.nextInt(4) == 0) {
      world.after(1 + chance.nextInt(30), "window", this::open);
    }
  }

  @Override
  public void pauseReading(boolean pause) {
    world.trace(pause ? "pause" : "resume");
  }

  @Override
  public void close(Disconnect why, String reason) {
    travel(() -> far.closed(why));
  }

  @Override
  public void tell(Notice notice) {
    lane.add(notice);
  }

  @Override
  public void opened() {}

  @Override
  public void received(Payload.Kind frame, ByteBuffer bytes) {}

  @Override
  public void accepted(Session accepted) {}

  @Override
  public void refused(Problem problem) {}
}
