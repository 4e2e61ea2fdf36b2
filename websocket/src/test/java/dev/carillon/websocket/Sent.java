package dev.carillon.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** An output that keeps what was sent, and checks how the engine asks for room. */
final class Sent implements Output {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private ByteBuffer last = ByteBuffer.allocate(0);
  private int asked;
  boolean full;

  @Override
  public ByteBuffer reserve(int wanted) {
    collect();
    if (wanted < 1 || wanted > MAX_RESERVE) {
      throw new AssertionError("asked for " + wanted);
    }
    asked = wanted;
    // Room before and behind, so that a wrong index shows.
    last = ByteBuffer.allocateDirect(wanted + 7).position(3);
    return last;
  }

  @Override
  public boolean full() {
    return full;
  }

  private void collect() {
    if (asked > 0 && last.position() != asked + 3) {
      throw new AssertionError("asked for " + asked + ", wrote " + (last.position() - 3));
    }
    for (int i = 3; i < last.position(); i++) {
      bytes.write(last.get(i));
    }
    last = ByteBuffer.allocate(0);
    asked = 0;
  }

  /** Everything since the last call. */
  byte[] take() {
    collect();
    var all = bytes.toByteArray();
    bytes.reset();
    return all;
  }
}
