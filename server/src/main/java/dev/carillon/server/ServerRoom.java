package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Member;
import dev.carillon.core.Node;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One room, as the server's application sees it. Holds nothing; safe for use by many threads. What
 * it gives completes on an event loop: what follows it must not block there.
 */
public final class ServerRoom {
  private static final int MOST_ENTRIES = 1000;
  private static final int PAGE_BYTES = 1 << 20;

  private final Node node;
  private final Broker broker;
  private final RoomName name;

  ServerRoom(Node node, Broker broker, RoomName name) {
    this.node = node;
    this.broker = broker;
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name.value();
  }

  /**
   * Publishes a message in the server's own name. No handler sees it.
   *
   * @return completes when the message has a place, or with {@link PublishException}
   */
  public CompletableFuture<Position> publish(Draft draft) {
    var answer = new CompletableFuture<Position>();
    node.publish(
        name,
        draft,
        (result, readers) -> {
          switch (result) {
            case Broker.Appended.Stored stored -> answer.complete(stored.position());
            case Broker.Appended.Failed(var inDoubt, var problem) ->
                answer.completeExceptionally(new PublishException(inDoubt, problem));
          }
        });
    return answer;
  }

  /** Publishes a text; as {@link #publish(Draft)}. */
  public CompletableFuture<Position> publish(String text) {
    return publish(Draft.of(Payload.text(text)));
  }

  /** Publishes what is written as JSON; as {@link #publish(Draft)}. */
  public CompletableFuture<Position> publishJson(Object data) {
    return publish(Draft.of(Json.write(data)));
  }

  /**
   * Publishes the newest state of something, written as JSON; as {@link #publish(Draft)}.
   *
   * @param key of what; rooms that conflate give slow and late readers the newest of each key
   */
  public CompletableFuture<Position> publishJson(String key, Object data) {
    return publish(Draft.of(Json.write(data)).withKey(key));
  }

  /**
   * The last messages, oldest first.
   *
   * @param count 1 to 1,000
   * @return completes with as many as are retained, or with {@link PublishException} when the
   *     room's storage cannot be read
   */
  public CompletableFuture<List<Entry>> last(int count) {
    if (count < 1 || count > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          "count is %d, must be 1 to %d".formatted(count, MOST_ENTRIES));
    }
    var answer = new CompletableFuture<List<Entry>>();
    broker.find(
        name,
        Long.MAX_VALUE,
        found -> {
          switch (found) {
            case Broker.Answer.Done<Broker.Extent>(var extent) ->
                read(Math.max(1, extent.head() - count + 1), count, new ArrayList<>(), answer);
            case Broker.Answer.Failed<Broker.Extent>(var problem) ->
                answer.completeExceptionally(new PublishException(false, problem));
          }
        });
    return answer;
  }

  private void read(long from, int most, List<Entry> so, CompletableFuture<List<Entry>> answer) {
    broker.read(
        name,
        from,
        most,
        PAGE_BYTES,
        read -> {
          switch (read) {
            case Broker.Answer.Done<Broker.Page>(var page) -> {
              so.addAll(page.entries());
              boolean all = page.entries().isEmpty() || page.entries().size() >= most;
              if (all || page.entries().getLast().offset() >= page.extent().head()) {
                answer.complete(List.copyOf(so));
              } else {
                long next = page.entries().getLast().offset() + 1;
                read(next, most - page.entries().size(), so, answer);
              }
            }
            case Broker.Answer.Failed<Broker.Page>(var problem) ->
                answer.completeExceptionally(new PublishException(false, problem));
          }
        });
  }

  /** Who is there, as presence shows it: at most 1,000, and nobody where presence is off. */
  public CompletableFuture<List<Member>> members() {
    var answer = new CompletableFuture<List<Member>>();
    node.members(name, answer::complete);
    return answer;
  }

  /**
   * Takes a session out of the room, if it is there. It may join again, if its join is not refused.
   *
   * @return completes when it is out
   */
  public CompletableFuture<Void> remove(String session) {
    return expel(session, "removed");
  }

  /**
   * Takes everybody who has a connection out of the room; they may join again. What it holds is
   * kept.
   *
   * @return completes when all are out
   */
  public CompletableFuture<Void> close() {
    return expel(null, "closed");
  }

  private CompletableFuture<Void> expel(
      @org.jspecify.annotations.Nullable String session, String reason) {
    var done = new CompletableFuture<Void>();
    node.expel(
        name,
        member -> session == null || member.session().equals(session),
        reason,
        () -> done.complete(null));
    return done;
  }
}
