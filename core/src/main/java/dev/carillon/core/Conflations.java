package dev.carillon.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the newest message of each key stands in a room, of what readers with one filter
 * want: for slow readers in what is at hand, and for those who join in the whole of its end. Who
 * asks at the same time shares one look. Confined to the shard of its view.
 */
final class Conflations {
  /** How far back keys are looked for in what is at hand. */
  private static final int LOOKED_AT = 16_384;

  /** For so long a look at what is at hand is good enough for slow readers, in milliseconds. */
  private static final long GOOD_FOR = 1000;

  private final RoomView view;
  private final @Nullable Selection selection;
  private final List<Consumer<@Nullable Conflation>> whenRead = new ArrayList<>(0);
  private @Nullable Conflation recent;
  private long lookedAt;

  Conflations(RoomView view, @Nullable Selection selection) {
    this.view = view;
    this.selection = selection;
  }

  /** Whether nobody waits for a reading, and what was found is too old to be of use. */
  boolean areOver() {
    return whenRead.isEmpty() && (recent == null || view.shard().uptime() > lookedAt + GOOD_FOR);
  }

  /** As of about now, in what is at hand. */
  Conflation recent() {
    long now = view.shard().uptime();
    Conflation known = recent;
    if (known == null || known.upTo() + 1 < view.lagFloor() || now > lookedAt + GOOD_FOR) {
      known = atHand();
      recent = known;
      lookedAt = now;
    }
    return known;
  }

  private Conflation atHand() {
    Conflation found = new Conflation(view.head(), selection);
    for (long offset = found.upTo(); offset > found.upTo() - LOOKED_AT; offset--) {
      Entry entry = view.entry(offset);
      if (entry == null) {
        break;
      }
      found.look(entry);
    }
    return found;
  }

  /**
   * Looks from the head back to an offset, and then runs {@code then}, with null if that cannot be
   * read.
   */
  void since(long from, Consumer<@Nullable Conflation> then) {
    if (from > view.head() || view.isInLog(from)) {
      then.accept(recent());
      return;
    }
    whenRead.add(then);
    if (whenRead.size() == 1) {
      Reading reading = new Reading(new Conflation(view.head(), selection));
      long upTo = view.head();
      new Backwards(view.shard(), view.name(), view.epoch(), from, upTo, reading).begin();
    }
  }

  private final class Reading implements Backwards.Visitor {
    private final Conflation found;

    Reading(Conflation found) {
      this.found = found;
    }

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public boolean visit(Entry entry) {
      found.look(entry);
      return true;
    }

    @Override
    public void done(boolean more, @Nullable Problem problem) {
      List<Consumer<@Nullable Conflation>> waiting = List.copyOf(whenRead);
      whenRead.clear();
      waiting.forEach(each -> each.accept(problem == null ? found : null));
    }
  }
}
