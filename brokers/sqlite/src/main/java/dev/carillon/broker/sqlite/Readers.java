package dev.carillon.broker.sqlite;

import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker.Answer;
import dev.carillon.core.spi.SessionStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that read, each with a connection of its own, so that reading waits neither for the
 * writer nor for the disk that it writes to. Safe for use by many threads.
 */
final class Readers implements AutoCloseable {
  private static final int QUEUE = 10_000;

  /** One question. */
  private record Question<T>(Inquiry<T> inquiry, Consumer<Answer<T>> answer, Runnable absent) {
    /** False when the database failed. */
    boolean ask(LogQueries queries) {
      @Nullable Answer<T> result;
      try {
        queries.begin();
        T found = inquiry.of(queries);
        result = found == null ? null : new Answer.Done<>(found);
        queries.end();
      } catch (SQLException failure) {
        result = Faults.answer(failure);
      }
      if (result == null) {
        absent.run();
      } else {
        answer.accept(result);
      }
      return !(result instanceof Answer.Failed);
    }

    void fail(Problem problem) {
      answer.accept(new Answer.Failed<>(problem));
    }
  }

  /** What is asked of the store. */
  private interface Inquiry<T> {
    /** Null when what is asked about is not there. */
    @Nullable T of(LogQueries queries) throws SQLException;
  }

  /** What is asked about a room that is there. */
  interface Asked<T> {
    T of(LogQueries queries, StoredRoom room) throws SQLException;
  }

  private final BlockingQueue<Question<?>> questions = new ArrayBlockingQueue<>(QUEUE);
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private Readers() {}

  static Readers open(Path file, int count, Policies policies, InstantSource clock)
      throws SQLException {
    Readers readers = new Readers();
    try {
      for (int i = 0; i < count; i++) {
        Connection connection = Database.openReader(file);
        LogQueries queries = new LogQueries(connection, policies, clock);
        readers.threads.add(
            Thread.ofPlatform()
                .name("carillon-sqlite-reader-" + i)
                .daemon()
                .start(() -> readers.run(connection, queries, policies, clock)));
      }
    } catch (SQLException failed) {
      readers.close();
      throw failed;
    }
    return readers;
  }

  /**
   * Asks about a room.
   *
   * @param absent called instead of the answer when there is no such room
   */
  <T> void ask(RoomName room, Asked<T> asked, Consumer<Answer<T>> answer, Runnable absent) {
    offer(
        new Question<>(
            queries -> {
              StoredRoom found = queries.room(room);
              return found == null ? null : asked.of(queries, found);
            },
            answer,
            absent));
  }

  /** Lists rooms by name. */
  void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    offer(new Question<>(queries -> queries.rooms(matching, limit), answer, () -> {}));
  }

  /** Gives all sessions that are kept. */
  void sessions(Consumer<Answer<List<SessionStore.Kept>>> answer) {
    offer(new Question<>(LogQueries::sessions, answer, () -> {}));
  }

  private void offer(Question<?> question) {
    if (closed) {
      question.fail(Faults.closed());
    } else if (!questions.offer(question)) {
      question.fail(
          new Problem(
              Problem.Reason.BROKER_UNAVAILABLE,
              QUEUE + " readings wait for the disk; try again later"));
    } else if (closed) {
      failAll(); // it may have come after the last look
    }
  }

  private void run(
      Connection connection, LogQueries first, Policies policies, InstantSource clock) {
    @Nullable LogQueries queries = first;
    try (connection) {
      while (!closed) {
        Question<?> question = questions.take();
        try {
          if (queries == null) {
            queries = new LogQueries(connection, policies, clock);
          }
        } catch (SQLException failed) {
          question.fail(Faults.problem(failed));
          continue;
        }
        if (!askedWell(question, queries)) {
          queries.abandon();
          queries = null;
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException failed) {
      // Only closing failed, and a connection that only read has nothing to lose.
    }
  }

  private static boolean askedWell(Question<?> question, LogQueries queries) {
    try {
      return question.ask(queries);
    } catch (RuntimeException theirs) { // what others make of an answer must not end this thread
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, theirs);
      return true;
    }
  }

  private void failAll() {
    @Nullable Question<?> left = questions.poll();
    while (left != null) {
      left.fail(Faults.closed());
      left = questions.poll();
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    }
    failAll();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
