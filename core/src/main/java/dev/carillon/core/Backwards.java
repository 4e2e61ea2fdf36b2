package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a room's log backwards, a step at a time: the heavier the messages, the shorter the steps.
 * Confined to a shard.
 */
final class Backwards {
  private static final int MAX_BYTES = 1 << 20;
  private static final int FIRST_STEP = 16;
  private static final int LONGEST_STEP = 256;

  /** A step that weighed less than this is followed by a longer one. */
  private static final int LIGHT_BYTES = 64 << 10;

  /** Is given what is read. */
  interface Visitor {
    /** Whether the reader is still there; if not, nothing follows. */
    boolean isThere();

    /** The next older entry; false to have no more. */
    boolean visit(Entry entry);

    /**
     * The end.
     *
     * @param more whether there was an entry that was not wanted
     * @param problem why no more could be read, or null
     */
    void done(boolean more, @Nullable Problem problem);
  }

  private final Shard shard;
  private final RoomName room;
  private final Epoch epoch;
  private final Visitor visitor;
  private final List<Entry> step = new ArrayList<>();
  private long lowest;
  private long from;
  private long to;
  private int length = FIRST_STEP;

  /**
   * A reading that is yet to {@link #begin}.
   *
   * @param epoch in which the offsets are
   * @param lowest the last offset to read
   * @param highest the first offset to read
   */
  Backwards(Shard shard, RoomName room, Epoch epoch, long lowest, long highest, Visitor visitor) {
    this.shard = shard;
    this.room = room;
    this.epoch = epoch;
    this.lowest = lowest;
    this.to = highest;
    this.visitor = visitor;
  }

  void begin() {
    if (to < lowest) {
      visitor.done(false, null);
      return;
    }
    from = Math.max(lowest, to - length + 1);
    step.clear();
    read(from);
  }

  private void read(long first) {
    int most = (int) (to - first + 1);
    shard
        .broker()
        .read(room, first, most, MAX_BYTES, answer -> shard.post(() -> read(first, answer)));
  }

  private void read(long first, Broker.Answer<Broker.Page> answer) {
    if (!visitor.isThere()) {
      return;
    }
    switch (answer) {
      case Broker.Answer.Failed<Broker.Page>(var problem) -> visitor.done(false, problem);
      case Broker.Answer.Done<Broker.Page>(var page) -> {
        if (!page.extent().epoch().equals(epoch)) {
          visitor.done(false, null); // what is wanted is not there any more
          return;
        }
        lowest = Math.max(lowest, page.extent().oldest());
        step.addAll(page.entries());
        long last = page.entries().isEmpty() ? to : page.entries().getLast().offset();
        if (last < to) {
          read(last + 1); // cut short by its bytes
        } else {
          visit();
        }
      }
    }
  }

  private void visit() {
    int weight = 0;
    for (Entry entry : step.reversed()) {
      if (!visitor.visit(entry)) {
        visitor.done(true, null);
        return;
      }
      weight += entry.message().weight();
    }
    length = weight < LIGHT_BYTES ? Math.min(LONGEST_STEP, length * 2) : Math.max(1, length / 2);
    to = from - 1;
    begin();
  }
}
