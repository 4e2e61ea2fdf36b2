package dev.carillon.simulator;

import dev.carillon.wire.Entry;
import dev.carillon.wire.Position;
import dev.carillon.wire.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one reader of one room was told, held against what it may be told: offsets that rise by one
 * but across what was announced, and exactly what {@code resumed} promised. Written without the
 * client's own code, which it checks as well.
 */
final class Track {
  private final Witness witness;
  private final String who;
  private final String room;
  private final List<Range> announced = new ArrayList<>();
  private final Map<String, Long> lastOf = new LinkedHashMap<>();
  private String epoch;
  private long expected;
  private boolean fresh;

  /** Whether the reader acknowledges, so that what it had may come again. */
  private final boolean acks;

  /**
   * A reader that has joined; {@code fresh} as long as the server may still say where it begins.
   */
  Track(
      Witness witness,
      String who,
      String room,
      String epoch,
      long expected,
      boolean fresh,
      boolean acks) {
    this.witness = witness;
    this.who = who;
    this.room = room;
    this.epoch = epoch;
    this.expected = expected;
    this.fresh = fresh;
    this.acks = acks;
  }

  boolean acks() {
    return acks;
  }

  /** Up to where it has been told everything, be it that something is missing. */
  Position position() {
    pass();
    return new Position(epoch, expected - 1);
  }

  void resumed(String inEpoch, long from, long to) {
    if (fresh) {
      epoch = inEpoch;
      expected = from;
      fresh = false;
      announced.clear();
      return;
    }
    pass();
    if (acks && inEpoch.equals(epoch)) {
      goBack(from);
      expected = from;
      return;
    }
    if (!inEpoch.equals(epoch) || from != expected) {
      violated(6, "expected " + epoch + " " + expected + ", resumed " + inEpoch + " " + from);
    }
  }

  /** What was not acknowledged comes again. */
  void rewound(long to) {
    pass();
    if (!acks) {
      violated(6, "a rewind that nobody asked for, to " + to);
    } else if (to >= expected) {
      violated(3, "a rewind to " + to + ", but only " + (expected - 1) + " has come");
    }
    goBack(to + 1);
    expected = to + 1;
  }

  private void goBack(long from) {
    if (from < expected) {
      lastOf.clear();
    }
    announced.clear();
  }

  void reset(String newEpoch, long head) {
    pass();
    if (newEpoch.equals(epoch) && expected <= head + 1 && !fresh) {
      violated(3, "reset within an epoch, from " + expected + " to " + head);
    }
    epoch = newEpoch;
    expected = head + 1;
    fresh = false;
    announced.clear();
    lastOf.clear();
  }

  void announced(List<Range> ranges) {
    for (Range range : ranges) {
      if (range.to() >= expected || fresh) {
        announced.add(range);
      }
    }
    announced.sort(java.util.Comparator.comparingLong(Range::from));
    if (!fresh) {
      pass();
    }
  }

  void message(Entry entry) {
    pass();
    fresh = false;
    if (entry.offset() != expected) {
      violated(3, "got offset " + entry.offset() + ", expected " + expected);
    }
    expected = entry.offset() + 1;
    String data = entry.payload().string();
    int colon = data.indexOf(':');
    if (colon > 0) {
      inOrder(
          data.substring(0, colon), Long.parseLong(data.substring(colon + 1, data.indexOf(' '))));
    }
    witness.delivered(room, epoch, entry.offset(), data);
  }

  /** What one publisher says in one room comes in the order in which it said it. */
  private void inOrder(String publisher, long number) {
    Long before = lastOf.put(publisher, number);
    if (before != null && before >= number) {
      violated(5, "got number " + number + " of " + publisher + " behind its " + before);
    }
  }

  private void pass() {
    while (!announced.isEmpty() && announced.getFirst().from() <= expected) {
      expected = Math.max(expected, announced.removeFirst().to() + 1);
    }
  }

  private void violated(int invariant, String what) {
    witness.violated(invariant + " " + who + " in " + room + ": " + what);
  }
}
