package dev.carillon.broker.sqlite;

import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Condition;
import dev.carillon.core.spi.SessionStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps room logs in a SQLite database, and answers an append when it is on the disk.
 *
 * <p>Safe for use by many threads. One thread writes: what comes while it commits is the next
 * transaction, so that the slower the disk the larger the groups. A few threads read beside it.
 * What waits to be written is limited by its weight; beyond it appends are refused.
 */
public final class SqliteBroker implements Broker {
  private final SqliteSettings settings;
  private final DirectoryLock lock;
  private final InstantSource clock;
  private final Intake intake;
  private final Follower.Followers followers = new Follower.Followers();
  private final Figures figures = new Figures();
  private final Readers readers;
  private final StoredSessions sessions;
  private final Thread writer;
  private final Folding folding;
  private final Thread folder;
  private final Thread watch;
  private final Thread care;
  private final CountDownLatch closing = new CountDownLatch(1);

  private SqliteBroker(
      SqliteSettings settings,
      DirectoryLock lock,
      Connection writing,
      Policies policies,
      InstantSource clock,
      RandomGenerator random)
      throws SQLException {
    this.settings = settings;
    this.lock = lock;
    this.clock = clock;
    intake = new Intake(settings.queueBytes());
    folding = new Folding(file(settings), figures);
    Writer work =
        new Writer(writing, settings, intake, followers, policies, clock, random, folding, figures);
    readers = Readers.open(file(settings), settings.readers(), policies, clock);
    sessions = new StoredSessions(intake, readers);
    folder = Thread.ofPlatform().name("carillon-sqlite-folder").daemon().start(folding);
    writer = Thread.ofPlatform().name("carillon-sqlite-writer").start(work);
    watch = Thread.ofVirtual().name("carillon-sqlite-watch").start(this::watch);
    Caretaker caretaker =
        new Caretaker(file(settings), settings, policies, clock, intake, figures, closing);
    care = Thread.ofPlatform().name("carillon-sqlite-caretaker").daemon().start(caretaker);
  }

  /**
   * Opens the store of a directory; makes both when they are not there.
   *
   * @param random where new rooms take their epochs from; used by one thread at a time
   * @throws UncheckedIOException if the directory is in use or cannot be written, or the database
   *     is damaged, of a newer version or not Carillon's; the message says what to do
   */
  public static SqliteBroker open(
      SqliteSettings settings, Policies policies, InstantSource clock, RandomGenerator random) {
    DirectoryLock lock = null;
    Connection writing = null;
    try {
      Files.createDirectories(settings.directory());
      lock = DirectoryLock.take(settings.directory());
      WalCheck.check(file(settings));
      writing = Database.openWriter(file(settings));
      VolatileRooms.endLogs(writing, policies, random);
      return new SqliteBroker(settings, lock, writing, policies, clock, random);
    } catch (IOException | SQLException failed) {
      IOException told =
          new IOException(
              failed instanceof SQLException sql
                  ? "%s cannot be opened: %s".formatted(file(settings), Faults.sentence(sql))
                  : words((IOException) failed),
              failed);
      letGo(lock, writing, told);
      throw new UncheckedIOException(told.getMessage(), told);
    }
  }

  private static String words(IOException failed) {
    if (failed instanceof java.nio.file.FileSystemException named) {
      String reason = named.getReason();
      String why = reason == null ? failed.getClass().getSimpleName() : reason;
      return named.getFile() + " cannot be used: " + why;
    }
    return String.valueOf(failed.getMessage());
  }

  private static void letGo(
      @Nullable DirectoryLock lock, @Nullable Connection writing, IOException failure) {
    try {
      if (writing != null) {
        writing.close();
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException | SQLException also) {
      failure.addSuppressed(also);
    }
  }

  private static Path file(SqliteSettings settings) {
    return settings.directory().resolve(Database.FILE);
  }

  // -- Broker ----------------------------------------------------------------------------------

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    if (batch.isEmpty()) {
      answer.accept(List.of());
      return;
    }
    figures.asked(batch.size());
    offer(new Request.Appending(room, batch, answer, System.nanoTime()));
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    Follower follower = new Follower(followers, room, feed);
    offer(new Request.Opening(room, follower, answer, System.nanoTime()));
    return follower;
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    readers.ask(
        room,
        (queries, found) -> queries.page(found, from, limit, maxBytes),
        answer,
        () -> make(room, extent -> new Page(extent, List.of()), answer));
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    readers.ask(
        room,
        (queries, found) -> queries.find(found, since),
        answer,
        () -> make(room, extent -> extent, answer));
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    readers.rooms(matching, limit, answer);
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    readers.ask(
        room,
        (queries, found) -> new Subscription(queries.extent(found), queries.cursor(found, who)),
        answer,
        () -> make(room, extent -> new Subscription(extent, null), answer));
  }

  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    offer(new Request.Settling(room, who, cursor, answer, System.nanoTime()));
  }

  /** A room that nobody has used yet gets its epoch when it is first asked about. */
  private <T> void make(RoomName room, Function<Extent, T> asked, Consumer<Answer<T>> answer) {
    Consumer<Answer<Extent>> made =
        result ->
            answer.accept(
                switch (result) {
                  case Answer.Done<Extent>(var extent) -> new Answer.Done<>(asked.apply(extent));
                  case Answer.Failed<Extent>(var problem) -> new Answer.Failed<>(problem);
                });
    offer(new Request.Opening(room, null, made, System.nanoTime()));
  }

  private void offer(Request request) {
    switch (intake.offer(request)) {
      case TAKEN -> {}
      case CLOSED -> request.fail(false, Faults.closed());
      case FULL -> {
        if (request instanceof Request.Appending appending) {
          figures.refused(appending.batch().size());
        }
        request.fail(
            false,
            new Problem(
                Problem.Reason.BROKER_UNAVAILABLE,
                "%s wait for the disk; try again later".formatted(size(settings.queueBytes()))));
      }
    }
  }

  private static String size(long bytes) {
    return bytes < 1 << 10
        ? bytes + " bytes"
        : bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }

  @Override
  public Condition condition() {
    return figures.condition(intake.bytes(), intake.waitedNanos(), clock.millis());
  }

  @Override
  public SessionStore sessions() {
    return sessions;
  }

  /** What has been done so far, and how it is. */
  public StoreFigures figures() {
    return figures.read(intake.bytes());
  }

  /** Answers those who have waited too long. */
  private void watch() {
    long limit = settings.answerTimeout().toNanos();
    long every = Math.max(1, limit / 8);
    Problem late =
        new Problem(
            Problem.Reason.TIMEOUT,
            "the disk has not answered within " + settings.answerTimeout().toMillis() + " ms");
    try {
      while (!closing.await(every, TimeUnit.NANOSECONDS)) {
        intake.expire(System.nanoTime() - limit + every, late);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    intake.close().forEach(request -> request.fail(false, Faults.closed()));
    closing.countDown();
    readers.close();
    folding.close();
    boolean interrupted = false;
    while (writer.isAlive() || folder.isAlive() || watch.isAlive() || care.isAlive()) {
      try {
        folder.join();
        writer.join();
        watch.join();
        care.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    followers.clear();
    try {
      lock.close();
    } catch (IOException failed) {
      throw new UncheckedIOException("the lock of " + settings.directory(), failed);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
