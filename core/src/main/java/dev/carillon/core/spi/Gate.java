package dev.carillon.core.spi;

import dev.carillon.core.Call;
import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Problem;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an application says to what its clients do: it sees every publish before it is appended,
 * lets sessions into rooms, and answers calls. Safe for use by many threads; nothing here blocks.
 */
@FunctionalInterface
public interface Gate {
  /** Lets everything pass, and answers no calls. */
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
   * publishes are given in the order in which they were asked for.
   */
  void judge(Member sender, RoomName room, Draft draft, Consumer<Verdict> verdict);

  /**
   * Lets a session into a room, or says why not, exactly once, at once or later, on any thread. A
   * session that has come back within its time is asked for again.
   */
  default void admit(Member member, RoomName room, Consumer<@Nullable Problem> verdict) {
    verdict.accept(null);
  }

  /**
   * A session that was asked for has left the room, or lost its connection and not come back in
   * time. Told at least once.
   */
  default void left(String session, RoomName room) {}

  /** Answers a call to the application, exactly once, at once or later, on any thread. */
  default void answer(Call call, Consumer<Reply> reply) {
    reply.accept(Reply.of(Problem.Reason.NO_HANDLER, "nobody answers '" + call.event() + "' here"));
  }
}
