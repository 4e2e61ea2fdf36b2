package dev.carillon.core;

import dev.carillon.core.spi.Bytes;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A run of a room's messages in one wire form, encoded and framed once for all its readers in a
 * shard. Grows at its end and is dropped at its beginning.
 */
final class Rendition {
  private final SegmentPool pool;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private long end;
  private long bytes;

  /** An empty run that goes on with {@code next}. */
  Rendition(SegmentPool pool, long next) {
    this.pool = pool;
    this.end = next;
  }

  /** The first offset in it; {@link #end()} when it is empty. */
  long first() {
    Segment segment = segments.peekFirst();
    return segment == null ? end : segment.first();
  }

  /** The offset behind the last one in it. */
  long end() {
    return end;
  }

  long bytes() {
    return bytes;
  }

  boolean contains(long offset) {
    return offset >= first() && offset < end;
  }

  /** Appends the frame of the entry at {@link #end()}. */
  void append(Entry entry, Bytes frame) {
    Segment last = segments.peekLast();
    if (last == null || !last.fits(frame.size())) {
      last = pool.take(end, frame.size());
      segments.addLast(last);
      bytes += last.capacity();
    }
    last.append(entry, frame.array(), frame.size());
    end++;
  }

  /** The segment that holds an offset which {@link #contains} says is here. */
  Segment segment(long offset) {
    Segment last = segments.peekLast();
    if (last != null && last.first() <= offset) {
      return last; // most readers are near the head
    }
    for (Iterator<Segment> each = segments.descendingIterator(); each.hasNext(); ) {
      Segment segment = each.next();
      if (segment.first() <= offset) {
        return segment;
      }
    }
    throw new IllegalStateException("offset " + offset + " is before " + first());
  }

  /** Drops the oldest segments until at most {@code max} bytes are held, but for the newest one. */
  void shrinkTo(long max) {
    while (bytes > max && segments.size() > 1) {
      drop(segments.removeFirst());
    }
  }

  /** Drops everything and goes on with {@code next}. */
  void restart(long next) {
    @Nullable Segment segment;
    while ((segment = segments.pollFirst()) != null) {
      drop(segment);
    }
    end = next;
  }

  private void drop(Segment segment) {
    bytes -= segment.capacity();
    segment.release();
  }
}
