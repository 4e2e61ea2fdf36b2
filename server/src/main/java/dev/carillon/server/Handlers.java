package dev.carillon.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application does in the rooms of one pattern. Immutable.
 *
 * @param calls by the names of the calls
 * @param concurrent whether one connection's messages and calls are handled side by side
 */
record Handlers(
    @Nullable MessageHandler message,
    Map<String, CallHandler> calls,
    @Nullable JoinHandler join,
    @Nullable LeaveHandler leave,
    @Nullable RoomHandler opened,
    @Nullable RoomHandler emptied,
    boolean concurrent) {
  Handlers {
    calls = Map.copyOf(calls);
  }

  boolean any() {
    return message != null || !calls.isEmpty() || hooks();
  }

  /** Whether it is to be known who is in these rooms. */
  boolean hooks() {
    return join != null || leave != null || opened != null || emptied != null;
  }
}
