package dev.carillon.core;

/**
 * How a session's stay in a room has ended, or that it has not.
 *
 * @param words what the server said of it, or empty
 */
record Ending(Kind kind, String words) {
  /** What happened. */
  enum Kind {
    /** Nothing yet. */
    OPEN("open"),
    /** The client left the room. */
    LEFT("left"),
    /** The server took it out of the room. */
    EXPELLED("removed"),
    /** It may not read the room any more. */
    FORBIDDEN("forbidden"),
    /** The connection was lost. */
    LOST("lost"),
    /** The connection was closed, as it was too far behind. */
    LAGGED("lag"),
    /** Another connection took the session up. */
    TAKEN_OVER("taken_over"),
    /** The client ended the session. */
    ENDED("ended"),
    /** The server ended the session. */
    REMOVED("session_removed"),
    /** The room went on in another log. */
    RESET("reset");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  static final Ending OPEN = new Ending(Kind.OPEN, "");
  static final Ending LEFT = new Ending(Kind.LEFT, "");
  static final Ending FORBIDDEN = new Ending(Kind.FORBIDDEN, "");
  static final Ending LOST = new Ending(Kind.LOST, "");
  static final Ending LAGGED = new Ending(Kind.LAGGED, "");
  static final Ending TAKEN_OVER = new Ending(Kind.TAKEN_OVER, "");
  static final Ending ENDED = new Ending(Kind.ENDED, "");

  static Ending expelled(String reason) {
    return new Ending(Kind.EXPELLED, reason);
  }

  static Ending removed(String reason) {
    return new Ending(Kind.REMOVED, reason);
  }

  static Ending reset(String reason) {
    return new Ending(Kind.RESET, reason);
  }

  /** Whether what was sent at the end may not have arrived. */
  boolean leavesDoubt() {
    return switch (kind) {
      case LOST, LAGGED, TAKEN_OVER -> true;
      case OPEN, LEFT, EXPELLED, FORBIDDEN, ENDED, REMOVED, RESET -> false;
    };
  }
}
