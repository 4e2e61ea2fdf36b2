package dev.carillon.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a server can answer instead of doing something: the code, whether a retry can help, words.
 */
public enum ErrorCode {
  BAD_MESSAGE(false, "the message could not be understood"),
  UNKNOWN_OP(false, "this server does not know that operation"),
  UNSUPPORTED(false, "this server or room does not offer that"),
  NOT_CONNECTED(false, "the first message must be connect"),
  ALREADY_CONNECTED(false, "connect was already sent"),
  UNAUTHENTICATED(false, "the token was not accepted"),
  TOKEN_EXPIRED(false, "the token has expired; send refresh with a new one"),
  FORBIDDEN(false, "not allowed"),
  BAD_ROOM_NAME(false, "not a valid room name"),
  NO_SUCH_ROOM(false, "no such room, and it is not created by use"),
  NOT_JOINED(false, "the room is not joined"),
  ALREADY_JOINED(false, "the room is joined already"),
  BAD_FILTER(false, "the filter is not a valid expression"),
  BAD_POSITION(false, "not a position in this room"),
  EPOCH_CHANGED(false, "the position belongs to another epoch"),
  TOO_LARGE(false, "larger than the limit"),
  TOO_MANY_ROOMS(false, "too many rooms joined"),
  ROOM_FULL(true, "the room has as many members as it may"),
  RATE_LIMITED(true, "too many requests; wait before the next"),
  OVERLOADED(true, "the server is short of room; wait before the next"),
  BROKER_UNAVAILABLE(true, "the room's storage cannot be reached"),
  SHUTTING_DOWN(true, "the server is going down; come back elsewhere"),
  SEQUENCE_GAP(false, "the named predecessor is not the last sequence that the room knows"),
  PUBLISHER_RESET(false, "what the room knew of this publisher is lost; start a new incarnation"),
  NO_SUCH_MEMBER(false, "that session is not here"),
  NO_HANDLER(false, "nobody answers that call"),
  REFUSED(false, "the application refused it"),
  TIMEOUT(true, "there was no answer in time"),
  INTERNAL(true, "the server failed; it has written down why");

  private final boolean retryable;
  private final String words;
  private final String code = name().toLowerCase(Locale.ROOT);

  ErrorCode(boolean retryable, String words) {
    this.retryable = retryable;
    this.words = words;
  }

  /** The code on the wire. */
  public String code() {
    return code;
  }

  /** Whether the same request can succeed later without anything being changed. */
  public boolean retryable() {
    return retryable;
  }

  /** Words for people, where there is nothing better to say. */
  public String words() {
    return words;
  }

  /** The constant of a code, or null for one that this version does not know. */
  public static @Nullable ErrorCode find(String code) {
    for (ErrorCode each : values()) {
      if (each.code.equals(code)) {
        return each;
      }
    }
    return null;
  }
}
