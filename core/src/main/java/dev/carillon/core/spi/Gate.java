package dev.carillon.core.spi;

import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import java.util.function.Consumer;

/** Sees every publish of a client before it is appended. Safe for use by many threads. */
@FunctionalInterface
public interface Gate {
  /** Lets everything pass. */
  Gate OPEN = (sender, room, draft, verdict) -> verdict.accept(new Verdict.Pass(draft));

  /** What becomes of a publish. */
  sealed interface Verdict {
    /** It is appended, as it was or changed. */
    record Pass(Draft draft) implements Verdict {}

    /** It is not; its publisher is told why. */
    record Refuse(Problem problem) implements Verdict {}
  }

  /**
   * Judges a publish, exactly once, at once or later, on any thread. Verdicts on one session's
   * publishes are given in the order in which they were asked for. Does not block.
   */
  void judge(Member sender, RoomName room, Draft draft, Consumer<Verdict> verdict);
}
