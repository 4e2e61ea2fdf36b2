package dev.carillon.server;

import dev.carillon.core.Call;
import dev.carillon.core.Node;
import dev.carillon.core.Payload;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients of a server, as its application sees them. Holds nothing; safe for use by many
 * threads. What it gives completes on an event loop: what follows it must not block there.
 */
public final class Clients {
  private final Node node;
  private final Broker broker;

  Clients(Node node, Broker broker) {
    this.node = node;
    this.broker = broker;
  }

  /** The inbox of everybody: what is published there comes to every client that reads inboxes. */
  public ServerRoom everybody() {
    return new ServerRoom(node, broker, RoomName.GLOBAL);
  }

  /** A user's inbox: what is published there comes to all of the user's sessions. */
  public ServerRoom user(String user) {
    return new ServerRoom(node, broker, RoomName.ofUser(user));
  }

  /** One session's inbox. */
  public ServerRoom session(String session) {
    return new ServerRoom(node, broker, RoomName.ofSession(session));
  }

  /**
   * Asks a session and gives its answer.
   *
   * @param session as {@link dev.carillon.core.Member#session()} has it
   * @param event the question's name, by which the client finds who answers
   * @param payload at most 16 KiB
   * @param timeout 1 ms to 5 minutes
   * @return completes with the answer, or with {@link CallException} within the time
   */
  public CompletableFuture<Payload> call(
      String session, String event, Payload payload, Duration timeout) {
    var answer = new CompletableFuture<Payload>();
    node.call(
        session,
        new Call(null, null, event, payload, timeout.toMillis()),
        reply -> {
          switch (reply) {
            case Reply.Value(var value) -> answer.complete(value);
            case Reply.Failure failure -> answer.completeExceptionally(new CallException(failure));
          }
        });
    return answer;
  }

  /** Asks a session in JSON and reads its answer from JSON; as {@link #call}. */
  public <T> CompletableFuture<T> callJson(
      String session, String event, Object question, Class<T> answer, Duration timeout) {
    return call(session, event, Json.write(question), timeout)
        .thenApply(payload -> Json.read(payload, answer));
  }

  /**
   * Asks all sessions of a user, and gives the first answer; as {@link #call}. When none has one,
   * it completes with what the last said, and with {@code no_such_member} when there is none.
   */
  public CompletableFuture<Payload> callUser(
      String user, String event, Payload payload, Duration timeout) {
    var answer = new CompletableFuture<Payload>();
    node.sessionsOf(
        user,
        sessions -> {
          var open = new AtomicInteger(sessions.size());
          if (sessions.isEmpty()) {
            answer.completeExceptionally(
                new CallException(
                    new Reply.Failure("no_such_member", "that user is not here", false, null)));
          }
          sessions.forEach(session -> askOne(session, event, payload, timeout, open, answer));
        });
    return answer;
  }

  private void askOne(
      String session,
      String event,
      Payload payload,
      Duration timeout,
      AtomicInteger open,
      CompletableFuture<Payload> answer) {
    call(session, event, payload, timeout)
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                answer.complete(value);
              } else if (open.decrementAndGet() == 0) {
                answer.completeExceptionally(failure);
              }
            });
  }

  /** The sessions of a user that have a connection to this node. */
  public CompletableFuture<List<String>> sessionsOf(String user) {
    var answer = new CompletableFuture<List<String>>();
    node.sessionsOf(user, answer::complete);
    return answer;
  }

  /**
   * Ends a session for good: its connection is closed with 4423, and it cannot be taken up again.
   *
   * @param reason shown to the client, cut to 123 bytes of UTF-8
   * @return completes with whether there was such a session
   */
  public CompletableFuture<Boolean> disconnect(String session, String reason) {
    var answer = new CompletableFuture<Boolean>();
    node.remove(
        member -> member.session().equals(session), reason, count -> answer.complete(count > 0));
    return answer;
  }

  /**
   * Ends all sessions of a user for good; as {@link #disconnect}.
   *
   * @return completes with how many there were
   */
  public CompletableFuture<Integer> disconnectUser(String user, String reason) {
    var answer = new CompletableFuture<Integer>();
    node.remove(member -> member.user().id().equals(user), reason, answer::complete);
    return answer;
  }
}
