package dev.carillon.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The readers of one shard that acknowledge, for whom time counts. Confined to the shard. */
final class Acknowledging {
  private final Counts<AckOutcome> counts = new Counts<>(AckOutcome.class);
  private final Set<Acknowledgement> all = new LinkedHashSet<>(0);

  /** What became of what they read. Safe for use by many threads. */
  Counts<AckOutcome> counts() {
    return counts;
  }

  void add(Acknowledgement acknowledgement) {
    all.add(acknowledgement);
  }

  void remove(Acknowledgement acknowledgement) {
    all.remove(acknowledgement);
  }

  /** Time has passed. */
  void tick() {
    if (!all.isEmpty()) {
      List.copyOf(all).forEach(Acknowledgement::tick);
    }
  }
}
