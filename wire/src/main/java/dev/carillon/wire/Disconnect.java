package dev.carillon.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Carillon's own WebSocket close codes, and what a client should do on each. */
public enum Disconnect {
  BAD_MESSAGE(4400, ComeBack.NEVER, "a message could not be read"),
  UNAUTHENTICATED(4401, ComeBack.WITH_NEW_TOKEN, "no valid token in time, or it has expired"),
  FORBIDDEN(4403, ComeBack.NEVER, "this connection is not allowed"),
  NO_SUCH_ROOM(4404, ComeBack.NEVER, "no such room"),
  LAGGING(4408, ComeBack.AFTER_DELAY, "the reader was too slow; the reason says the last position"),
  TAKEN_OVER(4409, ComeBack.NEVER, "another connection took this session up"),
  SESSION_EXPIRED(4410, ComeBack.WITHOUT_SESSION, "the session is over"),
  RESET(4412, ComeBack.WITHOUT_SESSION, "the stated position is not of this epoch"),
  TOO_LARGE(4413, ComeBack.NEVER, "more was asked than the limits allow"),
  NO_HEARTBEAT(4420, ComeBack.AFTER_DELAY, "the client gave no sign of life"),
  REMOVED(4423, ComeBack.NEVER, "an operator or the application ended the session"),
  RATE_LIMITED(4429, ComeBack.AFTER_DELAY, "too much in too short a time"),
  OVERLOADED(4430, ComeBack.AFTER_DELAY, "the server sheds connections");

  /** Whether, and how, a client should connect again by itself. */
  public enum ComeBack {
    /** Not by itself: the same would happen again. */
    NEVER,
    /** Yes, after its usual growing delay or the slot that a goodbye gave, resuming its session. */
    AFTER_DELAY,
    /** As soon as it has a new token, resuming its session. */
    WITH_NEW_TOKEN,
    /** Yes, after its usual delay, but as a new session and without positions. */
    WITHOUT_SESSION
  }

  private final int closeCode;
  private final ComeBack comeBack;
  private final String words;
  private final String code = name().toLowerCase(Locale.ROOT);

  Disconnect(int closeCode, ComeBack comeBack, String words) {
    this.closeCode = closeCode;
    this.comeBack = comeBack;
    this.words = words;
  }

  /** The WebSocket close code, from 4400 to 4499. */
  public int closeCode() {
    return closeCode;
  }

  /** The name in metrics and documents. */
  public String code() {
    return code;
  }

  /** Whether, and how, a client should connect again by itself. */
  public ComeBack comeBack() {
    return comeBack;
  }

  /** The close reason, where there is nothing better to say. */
  public String words() {
    return words;
  }

  /** The constant of a close code, or null for one that is not in this table. */
  public static @Nullable Disconnect find(int closeCode) {
    for (Disconnect each : values()) {
      if (each.closeCode == closeCode) {
        return each;
      }
    }
    return null;
  }
}
