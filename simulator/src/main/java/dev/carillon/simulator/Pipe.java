package dev.carillon.simulator;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * One direction of a connection: bytes in order, cut anywhere, no more of them under way than a
 * window holds. What its reader does not take stays in the window, so that a slow reader is real.
 */
final class Pipe {
  /** The end at which bytes come out. */
  interface Reader {
    /** Whether it reads at this moment. */
    boolean reads();

    void arrived(ByteBuffer bytes);

    /** Nothing more comes. */
    void ended();
  }

  private final World world;
  private final Chance chance;
  private final String name;
  private final int window;
  private final int latency;
  private final ArrayDeque<ByteBuffer> sent = new ArrayDeque<>();
  private final Reader reader;
  private final Runnable roomAgain;
  private int held;
  private boolean writerWaits;
  private boolean finished;
  private boolean endTold;
  private boolean gone;
  private boolean swallows;
  private boolean planned;
  private long stalledUntil;

  /**
   * A direction.
   *
   * @param roomAgain is told once there is room, after an offer that was not taken whole
   */
  Pipe(World world, String name, Reader reader, Runnable roomAgain) {
    this.world = world;
    this.chance = world.network;
    this.name = name;
    this.reader = reader;
    this.roomAgain = roomAgain;
    this.window = 256 << chance.nextInt(9);
    this.latency = 1 + chance.nextInt(1 << chance.nextInt(6));
  }

  /** Takes what fits; the rest is to be offered again when there is room. */
  int offer(ByteBuffer slice) {
    if (gone || finished) {
      return slice.remaining();
    }
    int taken = Math.min(slice.remaining(), window - held);
    if (taken > 0) {
      byte[] bytes = new byte[taken];
      slice.get(slice.position(), bytes);
      sent.add(ByteBuffer.wrap(bytes));
      held += taken;
      plan();
    }
    writerWaits |= taken < slice.remaining();
    return taken;
  }

  /** The reader's end is told that nothing more comes, behind what was sent. */
  void finish() {
    if (!finished) {
      finished = true;
      plan();
    }
  }

  /** What is under way is lost, and nothing more happens here. */
  void cut() {
    gone = true;
    sent.clear();
    held = 0;
  }

  /** What is under way is lost, and so is all that follows; nobody is told. */
  void swallow() {
    swallows = true;
  }

  void stall(long millis) {
    stalledUntil = Math.max(stalledUntil, world.millis() + millis);
  }

  /** The reader reads again. */
  void resume() {
    plan();
  }

  private void plan() {
    if (!planned && !gone) {
      planned = true;
      long wait = Math.max(1 + chance.nextInt(latency), stalledUntil - world.millis());
      world.after(wait, name, this::arrive);
    }
  }

  private void arrive() {
    planned = false;
    if (gone || swallows || !reader.reads()) {
      return;
    }
    if (stalledUntil > world.millis()) {
      plan();
      return;
    }
    ByteBuffer bytes = sent.peek();
    if (bytes == null) {
      if (finished && !endTold) {
        endTold = true;
        reader.ended();
      }
      return;
    }
    int count = bytes.remaining();
    if (chance.oneIn(4)) {
      count = 1 + chance.nextInt(count);
    }
    byte[] piece = new byte[count];
    bytes.get(piece);
    if (!bytes.hasRemaining()) {
      sent.remove();
    }
    held -= count;
    if (writerWaits) {
      writerWaits = false;
      world.after(1 + chance.nextInt(latency), "room", this::tellWriter);
    }
    reader.arrived(ByteBuffer.wrap(piece));
    if (!sent.isEmpty() || finished) {
      plan();
    }
  }

  private void tellWriter() {
    if (!gone) {
      roomAgain.run();
    }
  }
}
