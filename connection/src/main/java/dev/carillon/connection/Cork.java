package dev.carillon.connection;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The buffer in which a loop gathers what one connection sends in a round, so that it leaves in one
 * write. Owned by one connection at a time. Confined to the loop.
 */
final class Cork {
  static final int BYTES = 64 << 10;

  private final Loop loop;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private @Nullable Outbox owner;

  Cork(Loop loop) {
    this.loop = loop;
  }

  /**
   * Gives room at the end of what the outbox has gathered, sending that or another's first where
   * there is no room.
   *
   * @return null when the outbox's socket turned out to take no more
   */
  @Nullable ByteBuffer room(Outbox outbox, int bytes) {
    if (owner == outbox && buffer.remaining() >= bytes) {
      return buffer;
    }
    if (owner != null) {
      flush();
      if (outbox.blocked()) {
        return null;
      }
    }
    owner = outbox;
    loop.corked();
    return buffer;
  }

  /** Sends what the outbox has gathered, if it is the owner. */
  void flush(Outbox outbox) {
    if (owner == outbox) {
      flush();
    }
  }

  /** Sends what was gathered. */
  void flush() {
    Outbox sender = owner;
    if (sender != null) {
      owner = null;
      buffer.flip();
      try {
        sender.gathered(buffer);
      } finally {
        buffer.clear();
      }
    }
  }

  /** How many bytes the outbox has gathered here. */
  int gatheredBy(Outbox outbox) {
    return owner == outbox ? buffer.position() : 0;
  }
}
