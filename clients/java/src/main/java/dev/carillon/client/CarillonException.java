package dev.carillon.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that was asked for was not done. {@link #code()} is for programs, the message for
 * people; {@link #retryable()} says whether the same can succeed later.
 */
public abstract sealed class CarillonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;
  private final boolean retryable;

  private CarillonException(
      String code, String message, boolean retryable, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.retryable = retryable;
  }

  /** The code: one of the protocol's, or one of this library's that its classes name. */
  public String code() {
    return code;
  }

  /** Whether the same request can succeed later without anything being changed. */
  public boolean retryable() {
    return retryable;
  }

  /** No connection could be made. */
  public static final class ConnectFailed extends CarillonException {
    private static final long serialVersionUID = 1;
    private final transient @Nullable Duration retryAfter;

    /** Why, and how long the other side asks to wait. */
    public ConnectFailed(
        String code,
        String message,
        boolean retryable,
        @Nullable Duration retryAfter,
        @Nullable Throwable cause) {
      super(code, message, retryable, cause);
      this.retryAfter = retryAfter;
    }

    /** How long the other side asks to wait before the next attempt, if it does. */
    public @Nullable Duration retryAfter() {
      return retryAfter;
    }
  }

  /**
   * The connection broke: {@code connection_lost}, {@code no_heartbeat}, or the name of the close
   * code.
   */
  public static final class ConnectionLost extends CarillonException {
    private static final long serialVersionUID = 1;

    /** With the name of why. */
    public ConnectionLost(String code, String message, boolean retryable) {
      super(code, message, retryable, null);
    }
  }

  /** The server said something that is no message, or larger than this client takes. */
  public static final class BadMessage extends CarillonException {
    private static final long serialVersionUID = 1;

    /** What is wrong with it. */
    public BadMessage(String message) {
      super("bad_message", message, false, null);
    }
  }

  /** The server answered no, or not in time ({@code timeout}). */
  public static final class RequestRefused extends CarillonException {
    private static final long serialVersionUID = 1;
    private final transient @Nullable Duration retryAfter;

    /** With the server's words. */
    public RequestRefused(
        String code, String message, boolean retryable, @Nullable Duration retryAfter) {
      super(code, message, retryable, null);
      this.retryAfter = retryAfter;
    }

    /** How long to wait before the next attempt, if the server said. */
    public @Nullable Duration retryAfter() {
      return retryAfter;
    }
  }

  /** A publication was refused: it is certainly not in the room. */
  public static final class PublishRejected extends CarillonException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public PublishRejected(String code, String message, @Nullable Throwable cause) {
      super(code, message, false, cause);
    }
  }

  /** Nobody can say whether a publication is in the room. */
  public static final class PublishUnknown extends CarillonException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public PublishUnknown(String code, String message, @Nullable Throwable cause) {
      super(code, message, false, cause);
    }
  }

  /** As much waits already as may: {@code outbox_full}. */
  public static final class OutboxFull extends CarillonException {
    private static final long serialVersionUID = 1;

    /** What waits. */
    public OutboxFull(String message) {
      super("outbox_full", message, true, null);
    }
  }

  /** A room was taken away, or left. */
  public static final class RoomEnded extends CarillonException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public RoomEnded(String code, String message) {
      super(code, message, false, null);
    }
  }

  /** The client has ended: {@code closed} by the application, or the name of the close code. */
  public static final class ClientEnded extends CarillonException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public ClientEnded(String code, String message, @Nullable Throwable cause) {
      super(code, message, false, cause);
    }
  }

  /** The waiting thread was interrupted; its interrupt flag is set. What was asked for goes on. */
  public static final class Interrupted extends CarillonException {
    private static final long serialVersionUID = 1;

    /** While waiting for what. */
    public Interrupted(String message, InterruptedException cause) {
      super("interrupted", message, true, cause);
    }
  }
}
