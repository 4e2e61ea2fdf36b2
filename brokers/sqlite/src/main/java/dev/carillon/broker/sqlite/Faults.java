package dev.carillon.broker.sqlite;

import dev.carillon.core.Problem;
import dev.carillon.core.spi.Broker;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a failure of the database means, in words for those who wait and for those who run it. */
final class Faults {
  private Faults() {}

  static Problem problem(SQLException failure) {
    return new Problem(Problem.Reason.BROKER_UNAVAILABLE, sentence(failure));
  }

  static <T> Broker.Answer<T> answer(SQLException failure) {
    return new Broker.Answer.Failed<>(problem(failure));
  }

  static Problem closed() {
    return new Problem(Problem.Reason.BROKER_UNAVAILABLE, "the broker has been closed");
  }

  /**
   * Whether the disk failed to keep what it had taken. What has happened to it is not known, and
   * asking again may be answered with a success that means nothing.
   */
  static boolean isLostSync(SQLException failure) {
    return switch (code(failure)) {
      case SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC -> true;
      default -> false;
    };
  }

  /** Whether it concerns what was asked for and not the whole of the database. */
  static boolean isOfOneRoom(SQLException failure) {
    return switch (primary(failure)) {
      case 0, 1, 11 -> true; // ours, SQLITE_ERROR, SQLITE_CORRUPT
      default -> false;
    };
  }

  static String sentence(SQLException failure) {
    return switch (primary(failure)) {
      case 13 -> "the disk is full: nothing more can be stored until there is room";
      case 8 -> "the store cannot be written: it, or its disk, is read-only";
      case 5, 6 -> "another program keeps the database locked";
      case 11, 26 -> "the database is damaged: " + failure.getMessage();
      case 10 -> "the disk failed: " + failure.getMessage();
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static int primary(SQLException failure) {
    return failure instanceof SQLiteException ? code(failure).code & 0xff : 0;
  }

  private static SQLiteErrorCode code(SQLException failure) {
    return failure instanceof SQLiteException known
        ? known.getResultCode()
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }
}
