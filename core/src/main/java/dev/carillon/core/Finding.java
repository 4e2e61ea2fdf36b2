package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/** What one shard knows about a session and a message. Immutable: it is taken to another shard. */
sealed interface Finding {
  /** Whose it is. */
  String session();

  /** Whose the session is. */
  String user();

  /**
   * A stay in the room.
   *
   * @param judged what came of the message in it, or null when it did not come to its turn there
   * @param owed how far acknowledgement has come, or null when it does not acknowledge
   */
  record Stayed(
      String session,
      String user,
      long began,
      Epoch epoch,
      long stated,
      Explanation.Reading reading,
      Ending ending,
      @Nullable Judged judged,
      Account.@Nullable Owed owed,
      String waits)
      implements Finding {
    boolean isOpen() {
      return ending.kind() == Ending.Kind.OPEN;
    }
  }

  /**
   * What came of the message in a stay.
   *
   * @param words what comes behind "offset N of ROOM "
   */
  record Judged(Explanation.Outcome outcome, String words) {}

  /** Earlier stays of the session in the room were dropped; the newest of them ended then. */
  record Forgotten(String session, String user, long until) implements Finding {}

  /** The session asked to join and was refused. */
  record Refused(String session, String user, Problem problem, long at) implements Finding {}

  /**
   * The session is there now.
   *
   * @param began when it first connected, milliseconds since 1970
   * @param joining whether it has asked to join the room and waits for the answer
   * @param awaySince when its connection was lost; 0 when it has one
   * @param awayUntil how long it can be taken up again
   * @param wasIn whether it was in the room when its connection was lost
   */
  record Present(
      String session,
      String user,
      long began,
      boolean joining,
      long awaySince,
      long awayUntil,
      boolean wasIn)
      implements Finding {
    boolean isAway() {
      return awaySince > 0;
    }
  }
}
