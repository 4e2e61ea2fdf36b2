package dev.carillon.core;

import java.util.ArrayDeque;

/**
 * A shard's memory for renditions: segments of one size kept for reuse, larger ones made to
 * measure.
 */
final class SegmentPool {
  /** The size of a usual segment; a frame of half of it or more gets one of its own. */
  static final int SEGMENT_BYTES = 32 << 10;

  private static final int KEPT = 64;

  private final ArrayDeque<Segment> free = new ArrayDeque<>();
  private final HeldBytes held;
  private long bytes;

  SegmentPool(HeldBytes held) {
    this.held = held;
  }

  /** A segment with room for a frame of {@code bytes}, beginning with {@code firstOffset}. */
  Segment take(long firstOffset, int frameBytes) {
    Segment segment = frameBytes < SEGMENT_BYTES / 2 ? free.poll() : null;
    if (segment == null) {
      int capacity = frameBytes < SEGMENT_BYTES / 2 ? SEGMENT_BYTES : frameBytes;
      segment = new Segment(this, capacity);
      count(capacity);
    }
    segment.begin(firstOffset);
    return segment;
  }

  void giveBack(Segment segment) {
    if (segment.capacity() == SEGMENT_BYTES && free.size() < KEPT) {
      free.push(segment);
    } else {
      count(-segment.capacity());
      segment.free();
    }
  }

  /** Frees segments that are not in use, of up to {@code most} bytes; tells how many bytes. */
  long trim(long most) {
    long freed = 0;
    Segment segment;
    while (freed < most && (segment = free.poll()) != null) {
      freed += segment.capacity();
      count(-segment.capacity());
      segment.free();
    }
    return freed;
  }

  private void count(long more) {
    bytes += more;
    held.add(HeldBytes.Kind.RENDITIONS, more);
  }

  /** How many bytes are held outside the heap. */
  long bytes() {
    return bytes;
  }
}
