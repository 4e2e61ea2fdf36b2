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
  private long bytes;

  /** A segment with room for a frame of {@code bytes}, beginning with {@code firstOffset}. */
  Segment take(long firstOffset, int frameBytes) {
    Segment segment = frameBytes < SEGMENT_BYTES / 2 ? free.poll() : null;
    if (segment == null) {
      int capacity = frameBytes < SEGMENT_BYTES / 2 ? SEGMENT_BYTES : frameBytes;
      segment = new Segment(this, capacity);
      bytes += capacity;
    }
    segment.begin(firstOffset);
    return segment;
  }

  void giveBack(Segment segment) {
    if (segment.capacity() == SEGMENT_BYTES && free.size() < KEPT) {
      free.push(segment);
    } else {
      bytes -= segment.capacity();
      segment.free();
    }
  }

  /** How many bytes are held outside the heap. */
  long bytes() {
    return bytes;
  }
}
