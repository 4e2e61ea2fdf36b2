package dev.carillon.core;

/** Why the server ends a connection: the close code, and whether the client should come back. */
public enum Disconnect {
  NORMAL(1000, false, "closed"),
  GOING_AWAY(1001, true, "the server is shutting down"),
  POLICY(1008, false, "policy"),
  INTERNAL(1011, true, "the server failed"),
  RESTARTING(1012, true, "the server is restarting"),
  TRY_LATER(1013, true, "the server is full, try later"),
  BAD_MESSAGE(4400, false, "a message that the protocol does not allow"),
  UNAUTHENTICATED(4401, false, "not authenticated"),
  FORBIDDEN(4403, false, "not permitted"),
  NO_SUCH_ROOM(4404, false, "no such room"),
  LAG(4408, true, "reading too slowly"),
  TAKEN_OVER(4409, false, "another connection took the session over"),
  EXPIRED(4410, true, "the session has expired"),
  RESET(4412, true, "the room's log was reset"),
  TOO_LARGE(4413, false, "too large"),
  REMOVED(4423, false, "removed"),
  RATE_LIMITED(4429, true, "too many requests"),
  OVERLOADED(4430, true, "the server is short of memory, come back later");

  private final int code;
  private final boolean comeBack;
  private final String words;

  Disconnect(int code, boolean comeBack, String words) {
    this.code = code;
    this.comeBack = comeBack;
    this.words = words;
  }

  /** The close code of RFC 6455 section 7.4, or one of our own from 4400 on. */
  public int code() {
    return code;
  }

  /** Whether a client should connect again by itself. */
  public boolean comeBack() {
    return comeBack;
  }

  /** The close reason where none more exact is known. */
  public String words() {
    return words;
  }
}
