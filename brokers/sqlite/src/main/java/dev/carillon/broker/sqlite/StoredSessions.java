package dev.carillon.broker.sqlite;

import dev.carillon.core.spi.Broker.Answer;
import dev.carillon.core.spi.SessionStore;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sessions in the database, written in the groups of the messages. Safe for use by many threads.
 */
final class StoredSessions implements SessionStore {
  private final Intake intake;
  private final Readers readers;

  StoredSessions(Intake intake, Readers readers) {
    this.intake = intake;
    this.readers = readers;
  }

  @Override
  public void keep(Kept session) {
    intake.offer(new Request.Session(session.id(), session, System.nanoTime()));
  }

  @Override
  public void forget(String session) {
    intake.offer(new Request.Session(session, null, System.nanoTime()));
  }

  @Override
  public void all(Consumer<Answer<List<Kept>>> answer) {
    readers.sessions(answer);
  }
}
