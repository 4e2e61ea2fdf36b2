package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session in a room, as delivery sees it: a cursor. It owns no queue and no copy; what it may
 * hold is the segment in which its socket was cut in the middle of a frame.
 */
final class Reader {
  /** So many offsets in a row that were kept from a reader are told without a message behind. */
  private static final int TOLD_KEPT = 256;

  final Session session;
  final RoomView view;
  final FormReaders group;

  /** Where it stands in its group, so that it leaves without a search. */
  int index;

  /** Whether it waits in its session's list for its turn. */
  boolean queued;

  /** Whether it waits for a page of the past. */
  boolean awaiting;

  /** Whether it has left; a frame that was begun is finished all the same. */
  boolean left;

  /** The companion room's reader, where presence was asked for. */
  @Nullable Reader companion;

  private final @Nullable Selection selection;
  private long next;

  /** The first of the offsets before {@link #next} that were kept from it and not told; or 0. */
  private long keptFrom;

  private int cut;
  private long moveAfterCut;
  private @Nullable Segment held;

  Reader(
      Session session, RoomView view, FormReaders group, @Nullable Selection selection, long next) {
    this.session = session;
    this.view = view;
    this.group = group;
    this.selection = selection;
    this.next = next;
  }

  @Nullable Selection selection() {
    return selection;
  }

  /** The offset that it gets next. */
  long next() {
    return next;
  }

  /** Goes on elsewhere, after it was told why. A frame that was begun is finished first. */
  void moveTo(long offset) {
    keptFrom = 0;
    if (cut == 0) {
      next = offset;
    } else {
      moveAfterCut = offset;
    }
  }

  /**
   * Offers what it has not had yet.
   *
   * @return false when the socket took no more
   */
  boolean deliver() {
    while (!left && next <= view.head()) {
      if (next < view.oldest()) {
        tellTrimmed();
        continue;
      }
      Rendition run = group.run(next);
      if (run == null) {
        view.awaitPage(this, next);
        return true;
      }
      Segment segment = run.segment(next);
      long end = segment.end();
      if (selection != null || segment.particular()) {
        if (!isMeant(segment, next)) {
          passOver(segment);
          continue;
        }
        end = endOfMeant(segment);
      }
      tellKept();
      int start = segment.start(next);
      ByteBuffer slice = segment.slice(start, end);
      int wanted = slice.remaining();
      int taken = session.outlet().offer(slice);
      if (taken < wanted) {
        cutAt(segment, start + taken);
        return false;
      }
      next = end;
    }
    return true;
  }

  private boolean isMeant(Segment segment, long offset) {
    Entry entry = segment.entry(offset);
    return (selection == null || selection.wants(entry))
        && (entry.message().isForAll()
            || !entry.message().isKeptFrom(session.id(), view.shard().now()));
  }

  /** Passes over what is not meant for this reader; it is told before the next message. */
  private void passOver(Segment segment) {
    if (keptFrom == 0) {
      keptFrom = next;
    }
    do {
      next++;
    } while (next < segment.end() && !isMeant(segment, next));
    if (next - keptFrom >= TOLD_KEPT) {
      tellKept();
    }
  }

  private long endOfMeant(Segment segment) {
    long end = next + 1;
    while (end < segment.end() && isMeant(segment, end)) {
      end++;
    }
    return end;
  }

  private void tellKept() {
    if (keptFrom > 0) {
      Range kept = new Range(keptFrom, next - 1);
      keptFrom = 0;
      session.tell(new Notice.Skipped(view.name(), List.of(kept)));
    }
  }

  /** Offers the rest of the frame in which the socket was cut; true when it is all taken. */
  boolean finishFrame() {
    Segment segment = held;
    if (segment == null) {
      return true;
    }
    int start = segment.start(next) + cut;
    ByteBuffer rest = segment.slice(start, next + 1);
    int wanted = rest.remaining();
    int taken = session.outlet().offer(rest);
    if (taken < wanted) {
      cut += taken;
      return false;
    }
    next = moveAfterCut > 0 ? moveAfterCut : next + 1;
    moveAfterCut = 0;
    letGo();
    return true;
  }

  /** Lets go of the segment, finished or not. */
  void letGo() {
    cut = 0;
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private void cutAt(Segment segment, int at) {
    if (at == segment.start(segment.end())) {
      throw new IllegalStateException("an outlet took all and said less");
    }
    next = segment.offsetAt(at);
    cut = at - segment.start(next);
    if (cut > 0) {
      segment.hold();
      held = segment;
      session.unfinished(this);
    }
  }

  private void tellTrimmed() {
    tellKept();
    long oldest = Math.min(view.oldest(), view.head() + 1);
    Range lost = new Range(next, oldest - 1);
    next = oldest;
    session.tell(new Notice.Gap(view.name(), view.epoch(), List.of(lost), "trimmed"));
  }
}
