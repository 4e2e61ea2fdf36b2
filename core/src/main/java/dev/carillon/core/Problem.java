package dev.carillon.core;

/**
 * Why something that a client asked for was not done.
 *
 * @param reason the kind, one table for every protocol
 * @param detail what happened, with which value, and what to do, in one sentence; never a secret
 * @param retryAfterMillis when the same may succeed; 0 when that is not known
 */
public record Problem(Reason reason, String detail, long retryAfterMillis) {
  /** A problem of which it is not known when it will be over. */
  public Problem(Reason reason, String detail) {
    this(reason, detail, 0);
  }

  /** The kinds of refusal. A protocol maps each to its own words. */
  public enum Reason {
    BAD_MESSAGE("bad_message", false),
    BAD_ROOM_NAME("bad_room_name", false),
    NO_SUCH_ROOM("no_such_room", false),
    BAD_FILTER("bad_filter", false),
    BAD_POSITION("bad_position", false),
    EPOCH_CHANGED("epoch_changed", false),
    NOT_JOINED("not_joined", false),
    ALREADY_JOINED("already_joined", false),
    FORBIDDEN("forbidden", false),
    UNAUTHENTICATED("unauthenticated", false),
    TOKEN_EXPIRED("token_expired", false),
    TOO_LARGE("too_large", false),
    TOO_MANY_ROOMS("too_many_rooms", false),
    ROOM_FULL("room_full", true),
    RATE_LIMITED("rate_limited", true),
    BROKER_UNAVAILABLE("broker_unavailable", true),
    SEQUENCE_GAP("sequence_gap", false),
    PUBLISHER_RESET("publisher_reset", false),
    UNSUPPORTED("unsupported", false),
    REFUSED("refused", false),
    NO_SUCH_MEMBER("no_such_member", false),
    NO_HANDLER("no_handler", false),
    OVERLOADED("overloaded", true),
    SHUTTING_DOWN("shutting_down", true),
    TIMEOUT("timeout", true),
    INTERNAL("internal", true);

    private final String code;
    private final boolean retryable;

    Reason(String code, boolean retryable) {
      this.code = code;
      this.retryable = retryable;
    }

    /** The stable name that clients see. */
    public String code() {
      return code;
    }

    /** Whether the same request may succeed later. */
    public boolean retryable() {
      return retryable;
    }
  }
}
