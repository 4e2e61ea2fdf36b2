package dev.carillon.core;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of frames laid end to end outside the heap, and where each of them begins. Confined to one
 * shard. Freed when nobody reads it any more: not its rendition, and no reader that was cut inside
 * one of its frames.
 */
final class Segment {
  private final SegmentPool pool;
  private final Arena arena;
  private final ByteBuffer buffer;
  private int[] starts = new int[8];
  private @Nullable Entry[] entries = new Entry[8];
  private boolean particular;
  private int count;
  private long first;
  private int holders;

  Segment(SegmentPool pool, int capacity) {
    this.pool = pool;
    this.arena = Arena.ofConfined();
    this.buffer = arena.allocate(capacity).asByteBuffer();
  }

  /** Empties it for a run that begins with the given offset, held by one holder. */
  void begin(long firstOffset) {
    buffer.clear();
    Arrays.fill(entries, 0, count, null);
    count = 0;
    particular = false;
    first = firstOffset;
    holders = 1;
  }

  boolean fits(int bytes) {
    return buffer.remaining() >= bytes;
  }

  int capacity() {
    return buffer.capacity();
  }

  /** Appends the frame of the next entry. */
  void append(Entry entry, byte[] frame, int length) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      entries = Arrays.copyOf(entries, count * 2);
    }
    particular |= !entry.message().isForAll();
    entries[count] = entry;
    starts[count++] = buffer.position();
    buffer.put(frame, 0, length);
  }

  long first() {
    return first;
  }

  /** The offset behind the last frame. */
  long end() {
    return first + count;
  }

  /** Whether some message in it is not meant for every reader at every time. */
  boolean particular() {
    return particular;
  }

  Entry entry(long offset) {
    return Objects.requireNonNull(entries[(int) (offset - first)]);
  }

  /** Where the frame of an offset begins. */
  int start(long offset) {
    return offset == end() ? buffer.position() : starts[(int) (offset - first)];
  }

  /** From {@code start} to the end of the frame before {@code end}. */
  ByteBuffer slice(int start, long end) {
    return buffer.slice(start, start(end) - start);
  }

  /** The offset of the frame that the byte at {@code at} belongs to. */
  long offsetAt(int at) {
    int found = Arrays.binarySearch(starts, 0, count, at);
    return first + (found >= 0 ? found : -found - 2);
  }

  void hold() {
    holders++;
  }

  void release() {
    if (--holders == 0) {
      Arrays.fill(entries, 0, count, null);
      pool.giveBack(this);
    }
  }

  void free() {
    arena.close();
  }
}
