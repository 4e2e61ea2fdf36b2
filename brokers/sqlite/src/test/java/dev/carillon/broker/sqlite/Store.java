package dev.carillon.broker.sqlite;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Broker.Append;
import dev.carillon.core.spi.Broker.Appended;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A broker on a directory, asked in the words of the tests; each call waits for its answer. */
final class Store implements AutoCloseable {
  static final RoomName ROOM = RoomName.of("store/room");

  private final SqliteBroker broker;
  private final FakeClock clock;

  private Store(SqliteBroker broker, FakeClock clock) {
    this.broker = broker;
    this.clock = clock;
  }

  static Store open(Path directory) {
    return open(SqliteSettings.in(directory), Policies.DEFAULT, new FakeClock());
  }

  static Store open(SqliteSettings settings, Policies policies, FakeClock clock) {
    var random = new SplittableRandom(System.nanoTime()); // epochs differ from one run to the next
    return new Store(SqliteBroker.open(settings, policies, clock, random), clock);
  }

  SqliteBroker broker() {
    return broker;
  }

  static Append message(String publisher, long sequence, Payload payload) {
    var stamp = new Draft.Stamp(publisher, 1, sequence, sequence - 1);
    Draft draft = new Draft(null, payload, Map.of(), null, 0, 0, true, stamp);
    return new Append(draft, stamp.messageId(), null, 1_767_225_600_000L);
  }

  Appended publish(RoomName room, String publisher, long sequence) {
    Append append = message(publisher, sequence, Payload.text(publisher + " " + sequence));
    return append(room, append);
  }

  Appended append(RoomName room, Append append) {
    return Store.<List<Appended>>await(answer -> broker.append(room, List.of(append), answer))
        .getFirst();
  }

  Appended.Stored store(String text) {
    Draft draft = Draft.of(Payload.text(text));
    return stored(append(ROOM, new Append(draft, "id-" + text, null, clock.millis())));
  }

  static Appended.Stored stored(Appended result) {
    if (result instanceof Appended.Stored stored) {
      return stored;
    }
    throw new AssertionError("not stored: " + result);
  }

  static Appended.Failed failed(Appended result) {
    if (result instanceof Appended.Failed failed) {
      return failed;
    }
    throw new AssertionError("stored: " + result);
  }

  Broker.Page read(RoomName room, long from, int limit) {
    return value(answerTo(room, from, limit));
  }

  Broker.Answer<Broker.Page> answerTo(RoomName room, long from, int limit) {
    return await(answer -> broker.read(room, from, limit, 1 << 30, answer));
  }

  List<String> texts(RoomName room) {
    return read(room, 1, 100_000).entries().stream()
        .map(entry -> entry.message().payload().asText())
        .toList();
  }

  static <T> T value(Broker.Answer<T> answer) {
    return switch (answer) {
      case Broker.Answer.Done<T>(var value) -> value;
      case Broker.Answer.Failed<T>(var problem) -> throw new AssertionError(problem.toString());
    };
  }

  static <T> T await(Consumer<Consumer<T>> call) {
    CompletableFuture<T> future = new CompletableFuture<>();
    call.accept(future::complete);
    return await(future);
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
