package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of a room's past from the broker for those of one shard who catch up: the same page
 * once for all of them. Confined to the shard.
 */
final class Paging {
  private final RoomView view;
  private final Shard shard;
  private final Pages pages;
  private final List<Consumer<@Nullable Problem>> whenPaged = new ArrayList<>(0);
  private final List<Reader> awaiting = new ArrayList<>(0);

  Paging(RoomView view) {
    this.view = view;
    this.shard = view.shard();
    this.pages = new Pages(shard.held());
  }

  @Nullable Entry get(long offset) {
    return pages.get(offset);
  }

  long bytes() {
    return pages.bytes();
  }

  /** Drops the pages and says how many bytes they were; who still needs one has it read again. */
  long drop() {
    long bytes = pages.bytes();
    pages.clear();
    return bytes;
  }

  /** Has the page that holds {@code offset} read; the reader gets its turn when it is here. */
  void await(Reader reader, long offset) {
    if (!reader.awaiting) {
      reader.awaiting = true;
      awaiting.add(reader);
    }
    long from = pages.startFor(offset);
    if (pages.mayAsk()) {
      ask(from);
    }
  }

  void forget(Reader reader) {
    awaiting.remove(reader);
  }

  /**
   * Has the page that holds {@code offset} read, and then runs {@code then}, with why if it failed.
   */
  void read(long offset, Consumer<@Nullable Problem> then) {
    whenPaged.add(then);
    ask(pages.startFor(offset));
  }

  private void ask(long from) {
    if (!pages.ask(from, shard.uptime())) {
      return;
    }
    Epoch asked = view.epoch();
    shard
        .broker()
        .read(
            view.name(),
            from,
            Pages.ENTRIES,
            Pages.BYTES,
            answer -> shard.post(() -> arrived(asked, from, answer)));
  }

  /** Whoever catches up goes in step with the others: a page that came amid a cycle waits. */
  private void arrived(Epoch asked, long from, Broker.Answer<Broker.Page> answer) {
    shard.deliveries().behindCycle(() -> answered(asked, from, answer));
  }

  private void answered(Epoch asked, long from, Broker.Answer<Broker.Page> answer) {
    if (pages.isLate(from, shard.uptime())) {
      view.forgive();
    }
    Problem problem = null;
    boolean useful = false;
    switch (answer) {
      case Broker.Answer.Done<Broker.Page>(var page) -> useful = paged(asked, from, page);
      case Broker.Answer.Failed<Broker.Page> failed -> {
        pages.answered(from, null);
        view.forgive();
        problem = failed.problem();
      }
    }
    List<Consumer<@Nullable Problem>> then = List.copyOf(whenPaged);
    whenPaged.clear();
    for (Consumer<@Nullable Problem> each : then) {
      each.accept(problem);
    }
    // Else the next tick does, so that a broker that lags is not asked in a circle.
    if (useful) {
      wakeAwaiting();
    }
  }

  private boolean paged(Epoch asked, long from, Broker.Page page) {
    Epoch current = view.epoch();
    if (!page.extent().epoch().equals(current)) {
      pages.answered(from, null);
      // The broker has moved on, and the feed has not said so.
      shard.atHome(view.name(), RoomHome::suspect);
      return false;
    }
    if (!asked.equals(current)) {
      pages.answered(from, null);
      return false;
    }
    boolean useful = !page.entries().isEmpty() || page.extent().oldest() > view.oldest();
    pages.answered(from, page);
    view.oldest(Math.max(view.oldest(), page.extent().oldest()));
    return useful;
  }

  /** Everybody who waits for a page gets a turn, and asks again if it is still not here. */
  void wakeAwaiting() {
    List<Reader> woken = List.copyOf(awaiting);
    awaiting.clear();
    for (Reader reader : woken) {
      reader.awaiting = false;
      reader.session.turns().enqueue(reader);
    }
  }

  /** Time has passed. */
  void tick() {
    if (pages.areLate(shard.uptime())) {
      view.forgive();
    }
    wakeAwaiting();
    pages.age();
  }
}
