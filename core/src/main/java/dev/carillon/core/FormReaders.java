package dev.carillon.core;

import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.WireForm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one room in one shard that share a wire form, and the runs of it that were encoded
 * for them.
 *
 * <p>A rendition near the head is kept while some reader is behind, so that it will be asked for
 * again, and there are enough readers to pay for it. Otherwise what was encoded is dropped at the
 * end of the round, as is what readers farther back need; those that stand at the same place share
 * it.
 */
final class FormReaders {
  /** From how many readers on the rendition is kept from round to round. */
  static final int KEPT_FROM = 8;

  /** How much is encoded at once for readers that are behind. */
  private static final int BEHIND_BYTES = 64 << 10;

  private final RoomView view;
  private final WireForm form;
  private final ArrayList<Reader> readers = new ArrayList<>(1);
  private final List<Rendition> behind = new ArrayList<>(0);
  private final Rendition live;
  private boolean used;

  FormReaders(RoomView view, WireForm form) {
    this.view = view;
    this.form = form;
    this.live = new Rendition(view.shard().pool(), view.head() + 1);
  }

  WireForm form() {
    return form;
  }

  int size() {
    return readers.size();
  }

  void add(Reader reader) {
    reader.index = readers.size();
    readers.add(reader);
  }

  void remove(Reader reader) {
    Reader last = readers.removeLast();
    if (last != reader) {
      readers.set(reader.index, last);
      last.index = reader.index;
    }
  }

  /** Has every reader that is behind the head take its turn. */
  void enqueueAll() {
    long head = view.head();
    for (int i = 0; i < readers.size(); i++) {
      Reader reader = readers.get(i);
      if (reader.next() <= head && reader.queued != reader.urgency()) {
        reader.session.turns().enqueue(reader);
      }
    }
  }

  Reader reader(int index) {
    return readers.get(index);
  }

  /**
   * The run that holds an offset, encoded now if need be; null when a page has to be read first.
   */
  @Nullable Rendition run(long offset) {
    if (!used) {
      used = true;
      view.shard().deliveries().used(this);
    }
    if (live.contains(offset)) {
      return live;
    }
    if (offset == live.end()) {
      return extendLive(offset);
    }
    if (offset < live.end()) {
      return behindRun(offset);
    }
    live.restart(offset); // the head was raised past what this node has seen
    return extendLive(offset);
  }

  /** The room went on in another log: nothing encoded so far stands for it. */
  void reset() {
    live.restart(view.head() + 1);
    dropBehind();
  }

  /** How many bytes its kept rendition has. */
  long bytes() {
    return live.bytes();
  }

  /** Some sessions have had their turn; all that waited for one, when it is {@code over}. */
  void turnsTaken(boolean over) {
    dropBehind();
    if (!over) {
      return; // the others are about to ask for the same
    }
    used = false;
    if (readers.size() < KEPT_FROM || !view.isLagging()) {
      live.restart(view.head() + 1);
    } else {
      live.shrinkTo(view.shard().settings().renditionBytes());
    }
  }

  private @Nullable Rendition extendLive(long offset) {
    int max = view.shard().settings().renditionBytes();
    extend(live, max);
    live.shrinkTo(max);
    return live.contains(offset) ? live : behindRun(offset);
  }

  private @Nullable Rendition behindRun(long offset) {
    for (Rendition run : behind) {
      if (run.contains(offset)) {
        return run;
      }
    }
    Rendition run = new Rendition(view.shard().pool(), offset);
    extend(run, BEHIND_BYTES);
    if (!run.contains(offset)) {
      return null;
    }
    behind.add(run);
    return run;
  }

  private void extend(Rendition run, long maxBytes) {
    Bytes scratch = view.shard().scratch();
    boolean compress = view.policy().compression();
    long head = view.head();
    long encoded = 0;
    while (run.end() <= head && encoded < maxBytes) {
      Entry entry = view.entry(run.end());
      if (entry == null) {
        break;
      }
      scratch.clear(Shard.SCRATCH_KEPT);
      form.append(view.name(), view.epoch(), entry, compress, scratch);
      encoded += scratch.size();
      run.append(entry, scratch);
    }
  }

  private void dropBehind() {
    for (Rendition run : behind) {
      run.restart(0);
    }
    behind.clear();
  }
}
