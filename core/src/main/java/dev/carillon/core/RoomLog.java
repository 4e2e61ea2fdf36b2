package dev.carillon.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The node's log of one room in one epoch: a bounded cache of the broker's tail. Appended by the
 * room's home shard alone, read by every shard.
 *
 * <p>Entries are immutable and published by a release store of the slot and then of the head. A
 * reader that finds another offset's entry in a slot, or none, reads from the broker instead; so
 * overwriting a slot under a reader is harmless.
 */
final class RoomLog {
  private static final int FIRST_SLOTS = 16;
  private static final VarHandle HEAD;
  private static final VarHandle SLOTS;
  private static final VarHandle WEIGHT;
  private static final VarHandle LAST_HIGH;
  private static final VarHandle LAST_USUAL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(RoomLog.class, "head", long.class);
      WEIGHT = lookup.findVarHandle(RoomLog.class, "weight", long.class);
      LAST_HIGH = lookup.findVarHandle(RoomLog.class, "lastHigh", long.class);
      LAST_USUAL = lookup.findVarHandle(RoomLog.class, "lastUsual", long.class);
      SLOTS = lookup.findVarHandle(RoomLog.class, "slots", AtomicReferenceArray.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Epoch epoch;
  private final int maxEntries;
  private final int maxBytes;
  private final HeldBytes held;
  private long head;
  private AtomicReferenceArray<@Nullable Entry> slots;

  /** The home shard's own: the first offset that is kept, and the weight of all that is. */
  private long first;

  private long bytes;

  /** Written before the head is released: what was ever appended, and where priorities stood. */
  private long weight;

  private long lastHigh;
  private long lastUsual;

  /**
   * A log that begins behind {@code head}.
   *
   * @param maxEntries rounded up to a power of two
   * @param held the home shard's, where what is kept is counted
   */
  RoomLog(Epoch epoch, long head, int maxEntries, int maxBytes, HeldBytes held) {
    this.epoch = epoch;
    this.held = held;
    this.lastUsual = head;
    this.head = head;
    this.first = head + 1;
    this.maxEntries = Integer.highestOneBit(Math.max(1, maxEntries - 1)) << 1;
    this.maxBytes = maxBytes;
    this.slots = new AtomicReferenceArray<>(Math.min(FIRST_SLOTS, this.maxEntries));
  }

  Epoch epoch() {
    return epoch;
  }

  /**
   * The offset of the last entry. Whoever has read it finds that entry, or a newer one's traces.
   */
  long head() {
    return (long) HEAD.getAcquire(this);
  }

  /** The entry at an offset, or null if it is not kept here any more, or not yet. */
  @SuppressWarnings("unchecked")
  @Nullable Entry get(long offset) {
    var current = (AtomicReferenceArray<@Nullable Entry>) SLOTS.getAcquire(this);
    Entry entry = current.getAcquire((int) offset & current.length() - 1);
    return entry != null && entry.offset() == offset ? entry : null;
  }

  /** Appends the next entry. The home shard only. */
  void append(Entry entry) {
    if (entry.offset() != head + 1) {
      throw new IllegalStateException("offset " + entry.offset() + " after " + head);
    }
    if (entry.offset() - first >= slots.length()) {
      if (slots.length() < maxEntries) {
        grow();
      } else {
        dropFirst();
      }
    }
    Message message = entry.message();
    note(entry.offset(), message.priority(), message.weight());
    slots.setRelease((int) entry.offset() & slots.length() - 1, entry);
    HEAD.setRelease(this, entry.offset());
    while (bytes > maxBytes && first < entry.offset()) {
      dropFirst();
    }
  }

  /** Before the head is raised, so that whoever sees the head sees this. */
  private void note(long offset, int priority, int added) {
    bytes += added;
    held.add(HeldBytes.Kind.LOGS, added);
    WEIGHT.setOpaque(this, weight + added);
    if (priority > 0) {
      LAST_HIGH.setOpaque(this, offset);
    }
    if (priority >= 0) {
      LAST_USUAL.setOpaque(this, offset);
    }
  }

  /** The weight of everything that was ever appended here, in bytes. */
  long weight() {
    return (long) WEIGHT.getOpaque(this);
  }

  /** The offset of the newest message of high priority; 0 when there was none. */
  long lastHigh() {
    return (long) LAST_HIGH.getOpaque(this);
  }

  /** The offset of the newest message of more than low priority, or what the log began behind. */
  long lastUsual() {
    return (long) LAST_USUAL.getOpaque(this);
  }

  /** Raises the head without entries: what lies between is to be read from the broker. */
  void skipTo(long newHead) {
    while (first <= head) {
      dropFirst();
    }
    first = newHead + 1;
    LAST_USUAL.setOpaque(this, newHead); // for all that is known
    HEAD.setRelease(this, newHead);
  }

  /** The bytes of weight kept here. The home shard only. */
  long bytes() {
    return bytes;
  }

  /** Keeps the newest entries only, at most so many bytes of weight and one entry. Home only. */
  void shrinkTo(long most) {
    while (bytes > most && first < head) {
      dropFirst();
    }
  }

  /** Nothing more is appended, and nobody begins to read: what is left is no longer counted. */
  void retire() {
    held.add(HeldBytes.Kind.LOGS, -bytes);
    bytes = 0;
  }

  private void dropFirst() {
    int slot = (int) first & slots.length() - 1;
    Entry gone = slots.getPlain(slot);
    if (gone != null && gone.offset() == first) {
      int weightOfGone = gone.message().weight();
      bytes -= weightOfGone;
      held.add(HeldBytes.Kind.LOGS, -weightOfGone);
      slots.setRelease(slot, null);
    }
    first++;
  }

  private void grow() {
    var larger = new AtomicReferenceArray<@Nullable Entry>(slots.length() * 2);
    for (long offset = first; offset <= head; offset++) {
      larger.setPlain(
          (int) offset & larger.length() - 1, slots.getPlain((int) offset & slots.length() - 1));
    }
    SLOTS.setRelease(this, larger);
  }
}
