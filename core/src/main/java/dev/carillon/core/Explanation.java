package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/**
 * Why one session did or did not get one message.
 *
 * @param user whose session it is
 * @param session which one, or null where none is known
 * @param outcome in one word
 * @param sentence in one sentence, for people
 * @param reading the session's stay in the room that this follows from, or null
 */
public record Explanation(
    String user,
    @Nullable String session,
    Outcome outcome,
    String sentence,
    @Nullable Reading reading) {

  /** What became of a message. */
  public enum Outcome {
    /** It arrived: it was acknowledged, or its client has said since that it had it. */
    DELIVERED("delivered"),
    /** It was written to a connection that was there. */
    SENT("sent"),
    /** It was written to a connection that was lost, and nobody has said whether it arrived. */
    IN_DOUBT("in_doubt"),
    /** It was sent, and is waited for to be acknowledged. */
    UNACKNOWLEDGED("unacknowledged"),
    /** It was sent often enough in vain, and given up. */
    DEAD_LETTER("dead_letter"),
    /** It is about to be sent. */
    WAITING("waiting"),
    /** It was not meant for the reader. */
    SKIPPED("skipped"),
    /** The reader lost it, and was told a gap. */
    LOST("lost"),
    /** It stood in the room before the session joined. */
    BEFORE("before"),
    /** It came after the session had left, or while it was not in the room. */
    AFTER("after"),
    /** It came while the connection was away, and the session has not come back to the room. */
    AWAY("away"),
    /** The session had ended. */
    ENDED("ended"),
    /** The session asked to join, and was refused. */
    REFUSED("refused"),
    /** The session has not joined the room. */
    NOT_JOINED("not_joined"),
    /** The room went on in another log, and the reader was told a reset. */
    RESET("reset"),
    /** The room has not come to this offset. */
    NOT_WRITTEN("not_written"),
    /** What it would take to say is not remembered, or never was. */
    UNKNOWN("unknown");

    private final String code;

    Outcome(String code) {
      this.code = code;
    }

    /** The stable name that programs see. */
    public String code() {
      return code;
    }
  }

  /**
   * A session's stay in one log of the room.
   *
   * @param since when it began, milliseconds since 1970
   * @param first the offset with which it began
   * @param sent up to where everything was sent, or told to be missing; {@code first - 1} for
   *     nothing
   * @param ended how it ended: {@code open} when it has not, {@code left}, {@code lost}, {@code
   *     lag}, {@code reset}, and so on
   * @param endedAt when, milliseconds since 1970; 0 when it has not
   */
  public record Reading(long since, long first, long sent, String ended, long endedAt) {}
}
