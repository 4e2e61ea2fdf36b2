package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.util.ArrayList;
import java.util.List;

/**
 * A reader that is conflated: which messages are superseded for it, and up to where it was told. Of
 * each stretch it is told before the first message of it is reached.
 */
final class Conflating {
  /** How far it looks ahead at once, and how many ranges it tells at once. */
  private static final int LOOK_AHEAD = 2048;

  private static final int MOST_RANGES = 512;

  private final Reader reader;
  private Conflation current;
  private long announced;

  Conflating(Reader reader, Conflation from) {
    this.reader = reader;
    this.current = from;
    this.announced = reader.next() - 1;
  }

  /** The last offset of which it was told whether it is superseded. */
  long announced() {
    return announced;
  }

  /**
   * Tells which of the messages from {@code next} on are superseded, where that was not told.
   *
   * @return false when it is over, as the reader has had all that it was conflated for
   */
  boolean announce(long next) {
    if (next <= announced) {
      return true;
    }
    RoomView view = reader.view;
    if (current.upTo() + 1 < view.lagFloor()) {
      current =
          view.conflations(reader.selection())
              .recent(); // the socket was blocked again for too long
    }
    if (next > current.upTo()) {
      return false;
    }
    tell(superseded(next));
    return true;
  }

  private List<Range> superseded(long next) {
    List<Range> lost = new ArrayList<>();
    long last = Math.min(current.upTo(), next + LOOK_AHEAD - 1);
    long from = 0;
    long offset = next;
    for (; offset <= last && lost.size() < MOST_RANGES; offset++) {
      Entry entry = reader.view.entry(offset);
      if (entry == null) {
        break;
      }
      boolean superseded = isSuperseded(entry);
      if (superseded && from == 0) {
        from = offset;
      } else if (!superseded && from > 0) {
        lost.add(new Range(from, offset - 1));
        from = 0;
      }
    }
    if (from > 0) {
      lost.add(new Range(from, offset - 1));
    }
    announced = offset - 1;
    return lost;
  }

  private void tell(List<Range> lost) {
    if (!lost.isEmpty()) {
      lost.forEach(each -> reader.hole(HoleRing.Why.CONFLATED, each.from(), each.to()));
      RoomView view = reader.view;
      reader.session.tell(new Notice.Gap(view.name(), view.epoch(), lost, "conflated"));
    }
  }

  /** Whether it was told that it does not get this one. */
  boolean isTold(Entry entry) {
    return entry.offset() <= announced && isSuperseded(entry);
  }

  /** Superseded, and meant for the reader: what was not meant for it is no loss. */
  private boolean isSuperseded(Entry entry) {
    Selection selection = reader.selection();
    return current.supersedes(entry)
        && (selection == null || selection.wants(entry))
        && !entry.message().isKeptFrom(reader.session.self(), entry.message().time());
  }
}
