package dev.carillon.broker.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies the bulk of the write-ahead log into the database beside the writer, which goes on
 * appending meanwhile and has only the rest to copy itself. That rest is what lets the log be used
 * anew, for it has to be all in at a moment in which nobody writes. Safe for use by many threads.
 */
final class Folding implements Runnable {
  private final Path file;
  private final Figures figures;
  private final BlockingQueue<Boolean> asked = new ArrayBlockingQueue<>(1);
  private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
  private volatile boolean busy;
  private volatile boolean closed;

  Folding(Path file, Figures figures) {
    this.file = file;
    this.figures = figures;
  }

  /** Has it begin, unless it is at it. */
  void ask() {
    if (!busy) {
      asked.offer(true);
    }
  }

  /** What went wrong since this was asked last. */
  @Nullable SQLException failure() {
    return failure.getAndSet(null);
  }

  void close() {
    closed = true;
    asked.offer(true);
  }

  @Override
  public void run() {
    try (Connection connection = Database.openFolder(file)) {
      while (!closed) {
        if (asked.poll(1, TimeUnit.SECONDS) != null && !closed) {
          busy = true;
          fold(connection);
          busy = false;
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException failed) {
      failure.set(failed);
    }
  }

  private void fold(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      row.next();
      figures.checkpointed();
    } catch (SQLException failed) {
      failure.set(failed);
    }
  }
}
