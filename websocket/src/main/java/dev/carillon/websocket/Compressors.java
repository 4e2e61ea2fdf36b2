package dev.carillon.websocket;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The deflater, inflaters and scratch memory that all connections of one event loop share, so that
 * an idle connection costs nothing but its dictionary tail. Confined to that loop.
 */
public final class Compressors implements AutoCloseable {
  /** What an inflater takes of native memory, with its window. */
  static final int INFLATER_BYTES = 44 * 1024;

  private static final int SCRATCH = 64 * 1024;
  private static final int KEPT_SCRATCH = 256 * 1024;
  private static final int KEPT_INFLATERS = 4;

  private final int level;
  private final ArrayDeque<Inflater> idle = new ArrayDeque<>(KEPT_INFLATERS);
  private @Nullable Deflater deflater;
  private @Nullable ByteBuffer compressed;
  private @Nullable ByteBuffer inflated;
  private boolean closed;

  /**
   * Makes an empty set; streams are made when first needed.
   *
   * @param level 1 (fast) to 9 (small)
   */
  public Compressors(int level) {
    if (level < 1 || level > 9) {
      throw new IllegalArgumentException("level is " + level + ", must be 1 to 9");
    }
    this.level = level;
  }

  /** A deflater for one connection's own use. */
  Deflater newDeflater() {
    requireOpen();
    return new Deflater(level, true);
  }

  /** The shared deflater, in whatever state; good for one message. */
  Deflater deflater() {
    requireOpen();
    var shared = deflater;
    if (shared == null) {
      shared = new Deflater(level, true);
      deflater = shared;
    }
    return shared;
  }

  /** An inflater that has just been reset; to be given back. */
  Inflater borrowInflater() {
    requireOpen();
    var inflater = idle.poll();
    return inflater != null ? inflater : new Inflater(true);
  }

  void giveBack(Inflater inflater) {
    if (closed || idle.size() == KEPT_INFLATERS) {
      inflater.end();
      return;
    }
    inflater.reset();
    idle.push(inflater);
  }

  /** Room for compressed bytes, good until the next call. */
  ByteBuffer compressed(int capacity) {
    requireOpen();
    if (capacity > KEPT_SCRATCH) {
      return ByteBuffer.allocate(capacity);
    }
    var scratch = compressed;
    if (scratch == null || scratch.capacity() < capacity) {
      scratch = ByteBuffer.allocateDirect(Math.max(SCRATCH, Integer.highestOneBit(capacity) * 2));
      compressed = scratch;
    }
    return scratch.clear().limit(capacity);
  }

  /** Room for inflated bytes, taken away until it is given back, so that calls may nest. */
  ByteBuffer borrowInflated() {
    var scratch = inflated;
    inflated = null;
    return scratch != null ? scratch.clear() : ByteBuffer.allocateDirect(SCRATCH);
  }

  void giveBack(ByteBuffer scratch) {
    inflated = scratch;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("these compressors are closed");
    }
  }

  /** Frees the native memory. Connections that still use it fail with IllegalStateException. */
  @Override
  public void close() {
    closed = true;
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
    for (var inflater : idle) {
      inflater.end();
    }
    idle.clear();
    compressed = null;
    inflated = null;
  }
}
