package dev.carillon.server;

import dev.carillon.core.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A session that wants to join a room. Immutable.
 *
 * @param room the room
 * @param others how many sessions are in the room already, on this node
 */
public record IncomingJoin(RoomAddress room, int others) {
  private static final Verdict WELCOME = new Verdict(null);

  /** What becomes of it. */
  public static final class Verdict {
    private final @Nullable Problem problem;

    private Verdict(@Nullable Problem problem) {
      this.problem = problem;
    }

    @Nullable Problem problem() {
      return problem;
    }
  }

  static Verdict welcome() {
    return WELCOME;
  }

  static Verdict refused(Problem problem) {
    return new Verdict(problem);
  }

  /** It may. */
  public Verdict accept() {
    return WELCOME;
  }

  /**
   * It may not.
   *
   * @param why told to the client, in a sentence
   */
  public Verdict refuse(String why) {
    return refused(new Problem(Problem.Reason.REFUSED, why));
  }
}
