package dev.carillon.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what a node's loops hold of all that grows with clients against one budget. Each loop
 * counts for itself; one that finds the node over its budget lets go of its share. Safe for use by
 * many threads.
 */
public final class Governor {
  /** Shedding goes on until so much of the budget is free again: a sixteenth. */
  private static final int MARGIN_SHIFT = 4;

  private final long budget;
  private final List<HeldBytes> loops;

  Governor(long budget, List<Shard> shards) {
    this.budget = budget;
    List<HeldBytes> counts = new ArrayList<>(shards.size());
    shards.forEach(shard -> counts.add(shard.held()));
    this.loops = List.copyOf(counts);
  }

  /** How many bytes the node may hold. */
  public long budget() {
    return budget;
  }

  /** How many bytes the node holds of a kind. */
  public long held(HeldBytes.Kind kind) {
    long sum = 0;
    for (int i = 0; i < loops.size(); i++) {
      sum += loops.get(i).of(kind);
    }
    return sum;
  }

  /** How many bytes the node holds in all. */
  public long held() {
    long sum = 0;
    for (int i = 0; i < loops.size(); i++) {
      sum += loops.get(i).total();
    }
    return sum;
  }

  /** How many bytes a loop is to let go of: its share of what is too much; 0 for nothing. */
  long excessOf(HeldBytes own) {
    long all = held();
    if (all <= budget) {
      return 0;
    }
    double share = (double) Math.max(0, own.total()) / all;
    return (long) (share * (all - budget + (budget >> MARGIN_SHIFT)));
  }
}
