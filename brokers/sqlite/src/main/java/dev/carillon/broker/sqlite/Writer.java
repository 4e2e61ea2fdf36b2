package dev.carillon.broker.sqlite;

import dev.carillon.core.Entry;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.spi.Broker.Answer;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.core.spi.Broker.Cursor;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes what came while it was committing as the next group, commits
 * that in one transaction, and only then feeds and answers. Confined to that thread, but for what
 * says otherwise.
 */
final class Writer implements Runnable {
  private static final System.Logger LOG = System.getLogger("dev.carillon.store");

  /** Room on the disk from which it is tried again whether something can be stored. */
  private static final long ROOM_TO_GO_ON = 1 << 20;

  /** Pages that are left to be folded in from which the thread beside this one does it: 4 MiB. */
  private static final long BULK_PAGES = 1024;

  /**
   * Pages in the write-ahead log from which it is to be used anew: 64 MiB. All of it has to be in
   * for that at a moment in which nobody writes, so that the writer has to wait for a sync of the
   * database; the larger the log, the more seldom.
   */
  private static final long FULL_PAGES = 16_384;

  /** How many pages the writer folds in itself, so that nobody waits long for it. */
  private static final long FEW_PAGES = 384;

  /** Pages from which nobody may go on before they are folded in: 128 MiB. */
  private static final long TOO_MANY_PAGES = 32_768;

  /** Free pages that are kept for what comes; beyond a quarter of the file they are given back. */
  private static final long FREE_PAGES_KEPT = 1024;

  private static final int VACUUM_PAGES = 256;
  private static final int IDLE_MILLIS = 1000;
  private static final long PAGE_BYTES = 4096 + 24;

  private final Connection connection;
  private final Intake intake;
  private final Follower.Followers followers;
  private final InstantSource clock;
  private final SqliteSettings settings;
  private final Figures figures;
  private final Folding folding;
  private final Policies policies;
  private final RandomGenerator random;
  private Tables tables;
  private LogQueries queries;
  private Group group;
  private long walPages;
  private long nextStart;
  private long nextVacuum;
  private @Nullable Problem stopped;
  private boolean stands;

  Writer(
      Connection connection,
      SqliteSettings settings,
      Intake intake,
      Follower.Followers followers,
      Policies policies,
      InstantSource clock,
      RandomGenerator random,
      Folding folding,
      Figures figures)
      throws SQLException {
    this.connection = connection;
    this.settings = settings;
    this.intake = intake;
    this.followers = followers;
    this.policies = policies;
    this.clock = clock;
    this.random = random;
    this.folding = folding;
    this.figures = figures;
    tables = new Tables(connection);
    queries = new LogQueries(connection, policies, clock);
    group = new Group(tables, queries, policies, clock, random);
  }

  @Override
  public void run() {
    try {
      while (!intake.isClosed()) {
        List<Request> requests = intake.take(IDLE_MILLIS);
        if (!requests.isEmpty()) {
          work(requests);
        }
        tidy(requests.isEmpty());
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      intake.close().forEach(request -> request.fail(false, Faults.closed()));
      close();
    }
  }

  private void close() {
    try {
      connection.close();
    } catch (SQLException failed) {
      figures.hitch(Faults.sentence(failed));
    }
  }

  // -- A group ---------------------------------------------------------------------------------

  private void work(List<Request> requests) {
    List<Request> taken = new ArrayList<>(requests.size());
    for (Request request : requests) {
      if (request.take()) {
        taken.add(request);
      }
    }
    Problem refusal = refusal();
    if (refusal == null) {
      write(taken);
    } else {
      refuse(taken, refusal);
    }
    open(taken);
  }

  private @Nullable Problem refusal() {
    if (stopped != null || walPages * PAGE_BYTES < settings.walLimitBytes()) {
      return stopped;
    }
    foldIn("PASSIVE");
    return walPages * PAGE_BYTES < settings.walLimitBytes()
        ? stopped
        : new Problem(
            Problem.Reason.BROKER_UNAVAILABLE,
            "the write-ahead log has reached its limit of %d MiB, because somebody keeps reading an old state of the database"
                .formatted(settings.walLimitBytes() >> 20));
  }

  private void refuse(List<Request> requests, Problem problem) {
    stands(problem);
    for (Request request : requests) {
      if (!(request instanceof Request.Opening)) {
        request.fail(false, problem);
      }
    }
  }

  private void write(List<Request> requests) {
    List<Request.Appending> appends = new ArrayList<>(requests.size());
    List<Group.Outcome> outcomes = new ArrayList<>(requests.size());
    List<Runnable> settled = new ArrayList<>(0);
    long began = System.nanoTime();
    long trimmedBefore = group.trimmed();
    try {
      for (Request request : requests) {
        switch (request) {
          case Request.Appending appending -> {
            outcomes.add(group.append(appending.room(), appending.batch()));
            appends.add(appending);
          }
          case Request.Settling settling -> {
            Answer<Cursor> kept = group.settle(settling.room(), settling.who(), settling.cursor());
            settled.add(() -> settling.done(kept));
          }
          case Request.Session session -> group.keep(session.id(), session.kept());
          case Request.Opening opening -> group.open(opening.room());
          case Request.Caring caring -> care(caring);
        }
      }
      if (group.isBegun()) {
        group.commit();
        figures.committed(System.nanoTime() - began, group.trimmed() - trimmedBefore);
      }
    } catch (SQLException failure) {
      failed(requests, failure, appends, outcomes, settled);
      return;
    }
    succeeded(requests, appends, outcomes, settled);
  }

  private void care(Request.Caring caring) throws SQLException {
    long now = clock.millis();
    group.care(
        caring.room(),
        caring.silent(),
        now - settings.publisherTtl().toMillis(),
        now - settings.roomTtl().toMillis(),
        !followers.of(caring.room()).isEmpty());
  }

  private void succeeded(
      List<Request> requests,
      List<Request.Appending> appends,
      List<Group.Outcome> outcomes,
      List<Runnable> settled) {
    goesOn();
    for (int i = 0; i < appends.size(); i++) {
      Group.Outcome outcome = outcomes.get(i);
      feed(outcome);
      List<Appended> results = outcome.results();
      Request.Appending appending = appends.get(i);
      guarded(() -> appending.done(results));
    }
    settled.forEach(Writer::guarded);
    for (Request request : requests) {
      if (request instanceof Request.Caring caring) {
        guarded(caring::done);
      }
    }
  }

  private void feed(Group.Outcome outcome) {
    List<Entry> entries = outcome.entries();
    if (entries.isEmpty()) {
      return;
    }
    figures.stored(entries.size());
    for (Follower follower : followers.of(outcome.room().name())) {
      if (!follower.isDetached()) {
        guarded(() -> follower.feed().entries(outcome.room().epoch(), entries));
      }
    }
  }

  private void failed(
      List<Request> requests,
      SQLException failure,
      List<Request.Appending> appends,
      List<Group.Outcome> outcomes,
      List<Runnable> settled) {
    boolean inDoubt = Faults.isLostSync(failure);
    try {
      boolean complete =
          appends.size() == requests.stream().filter(Request.Appending.class::isInstance).count()
              && settled.size()
                  == requests.stream().filter(Request.Settling.class::isInstance).count();
      if (wasCommitted() && complete && !inDoubt) {
        succeeded(requests, appends, outcomes, settled);
        return;
      }
    } catch (SQLException also) {
      failure.addSuppressed(also);
      inDoubt = true; // it cannot be told, and what follows could be told even less
    }
    if (inDoubt) {
      stop(failure);
    } else if (requests.size() > 1 && Faults.isOfOneRoom(failure)) {
      requests.forEach(request -> write(List.of(request))); // so that it harms nobody else
      return;
    }
    Problem problem = stopped == null ? Faults.problem(failure) : stopped;
    stands(problem);
    boolean unknown = inDoubt;
    for (Request request : requests) {
      if (!(request instanceof Request.Opening)) {
        guarded(() -> request.fail(unknown, problem));
      }
    }
    if (!inDoubt) {
      foldIn("TRUNCATE"); // a full disk may get room by it
    }
  }

  private void undo() {
    try {
      wasCommitted();
    } catch (SQLException also) {
      figures.hitch(Faults.sentence(also));
    }
  }

  /** Undoes what failed, and finds out whether it had been committed all the same. */
  private boolean wasCommitted() throws SQLException {
    tables.rollback();
    long before = group.commits();
    tables.close();
    queries.close();
    tables = new Tables(connection);
    queries = new LogQueries(connection, policies, clock);
    group = new Group(tables, queries, policies, clock, random);
    return group.commits() > before;
  }

  private void stop(SQLException failure) {
    if (stopped == null) {
      stopped =
          new Problem(
              Problem.Reason.BROKER_UNAVAILABLE,
              "the disk did not keep what it had taken, so nothing more is stored until this server"
                  + " is started again: "
                  + failure.getMessage());
      stands(stopped);
    }
  }

  /** Answers those who want a room: what is committed can be read, whatever became of the group. */
  private void open(List<Request> requests) {
    for (Request request : requests) {
      if (request instanceof Request.Opening opening) {
        try {
          open(opening);
        } catch (SQLException failure) {
          guarded(() -> opening.fail(false, Faults.problem(failure)));
        }
      }
    }
  }

  private void open(Request.Opening opening) throws SQLException {
    StoredRoom room = group.find(opening.room());
    if (room == null) {
      Problem problem =
          new Problem(
              Problem.Reason.BROKER_UNAVAILABLE,
              "the room is not there yet, and nothing can be stored now: " + figures.trouble());
      guarded(() -> opening.fail(false, problem));
      return;
    }
    var extent = queries.extent(room);
    Follower follower = opening.follower();
    if (follower != null) {
      follower.attach();
    }
    guarded(() -> opening.done(extent));
  }

  /** What others make of an answer must not end this thread. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException theirs) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, theirs);
    }
  }

  // -- Between groups --------------------------------------------------------------------------

  private void tidy(boolean idle) {
    if (stopped != null) {
      return;
    }
    if (idle && stands && refusal() == null) {
      tryAgain();
    }
    try {
      SQLException failed = folding.failure();
      if (failed != null) {
        tidyingFailed(failed);
      }
      fold(tables.log(), idle);
      long now = System.nanoTime();
      if (now - nextVacuum > 0) {
        nextVacuum = now + IDLE_MILLIS * 1_000_000L;
        giveBack();
        figures.database(tables.pageCount() * 4096);
      }
    } catch (SQLException failure) {
      tidyingFailed(failure);
    }
  }

  /**
   * The bulk is left to the thread beside this one, which keeps nobody waiting. Once the log is
   * full, that one goes on until so little is left that the writer can copy it.
   */
  private void fold(Tables.Log log, boolean idle) {
    walPages = log.pages();
    boolean full = walPages >= Math.max(FULL_PAGES, nextStart);
    nextStart = walPages < FULL_PAGES ? 0 : nextStart;
    if (idle && walPages > 0 || log.left() >= TOO_MANY_PAGES) {
      foldIn("PASSIVE");
    } else if (full && log.left() <= FEW_PAGES) {
      foldIn("PASSIVE");
      nextStart = log.pages() + BULK_PAGES; // not with each group, while somebody reads the log
    } else if (full || log.left() >= BULK_PAGES) {
      folding.ask();
    }
    figures.log(walPages * PAGE_BYTES);
  }

  private void giveBack() throws SQLException {
    long free = tables.freePages();
    if (free > FREE_PAGES_KEPT && free > tables.pageCount() / 4) {
      tables.vacuum(VACUUM_PAGES);
    }
  }

  /** Copies the log into the database; the log is used anew when all is in and nobody reads it. */
  private void foldIn(String how) {
    try {
      walPages = tables.checkpoint(how);
      figures.checkpointed();
    } catch (SQLException failure) {
      tidyingFailed(failure);
    }
  }

  private void tidyingFailed(SQLException failure) {
    if (Faults.isLostSync(failure)) {
      stop(failure);
    }
    figures.hitch(Faults.sentence(failure));
  }

  // -- Whether anything can be stored ----------------------------------------------------------

  /** Nothing could be stored: readers are told, once. */
  private void stands(Problem problem) {
    if (!stands) {
      stands = true;
      LOG.log(Level.ERROR, "nothing can be stored: {0}", problem.detail());
      followers.forEach(follower -> guarded(() -> follower.feed().stands(problem)));
    }
    figures.trouble(problem.detail(), clock.millis(), stopped != null);
  }

  private void goesOn() {
    if (stands) {
      stands = false;
      LOG.log(Level.INFO, "messages are stored again");
      figures.well();
      followers.forEach(follower -> guarded(() -> follower.feed().goesOn()));
    }
  }

  /**
   * Finds out whether something can be stored again, where nobody publishes. A small transaction
   * may find a place on a disk that has none for messages, so there has to be some room, too.
   */
  private void tryAgain() {
    if (settings.directory().toFile().getUsableSpace() < ROOM_TO_GO_ON) {
      return;
    }
    try {
      group.touch();
      group.commit();
      goesOn();
    } catch (SQLException still) {
      if (Faults.isLostSync(still)) {
        stop(still);
      }
      undo();
    }
  }
}
