package dev.carillon.core;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one session was asked and has not answered. Confined to the session's shard.
 *
 * <p>A question counts until it is answered, or for half a minute if it never is, however short a
 * time its caller waits: so nobody can fill the way to a client that reads slowly.
 */
final class Asked {
  static final int MAX_OPEN = 64;

  /** Half of what may wait for a slow client by default. */
  static final int MAX_BYTES = 32 << 10;

  private static final int OVERHEAD = 200;
  private static final long KEPT_MILLIS = 30_000;

  private record Question(int weight, long until, boolean fromClient, Consumer<Reply> then) {}

  private final Map<Long, Question> open = new LinkedHashMap<>();
  private int bytes;

  /** Takes a question, or gives the reason why not. */
  @Nullable Reply take(long number, Call call, long now, Consumer<Reply> then) {
    expire(now);
    int weight = OVERHEAD + call.payload().size() + 3 * call.event().length();
    if (open.size() >= MAX_OPEN || bytes + weight > MAX_BYTES) {
      return Reply.of(
          Problem.Reason.OVERLOADED,
          "%d calls wait for that session's answer; ask later".formatted(open.size()));
    }
    long until = now + Math.max(KEPT_MILLIS, call.timeoutMillis());
    bytes += weight;
    open.put(number, new Question(weight, until, call.caller() != null, then));
    return null;
  }

  private void expire(long now) {
    Iterator<Question> questions = open.values().iterator();
    while (questions.hasNext()) {
      Question question = questions.next();
      if (question.until() <= now) {
        bytes -= question.weight();
        questions.remove();
      }
    }
  }

  /** The client has answered; an answer to nothing that is open is ignored. */
  void answered(long number, Reply reply) {
    Question question = open.remove(number);
    if (question != null) {
      bytes -= question.weight();
      question.then().accept(question.fromClient() ? bounded(reply) : reply);
    }
  }

  private static Reply bounded(Reply reply) {
    if (reply instanceof Reply.Value(var payload) && payload.size() > Call.MAX_CLIENT_BYTES) {
      return Reply.of(
          Problem.Reason.TOO_LARGE,
          "the answer has %d bytes, at most %d may be sent to a member"
              .formatted(payload.size(), Call.MAX_CLIENT_BYTES));
    }
    return reply;
  }

  /** The session is gone and will not answer. */
  void gone() {
    List<Question> unanswered = List.copyOf(open.values());
    open.clear();
    bytes = 0;
    Reply gone = Reply.of(Problem.Reason.NO_SUCH_MEMBER, "that session went before it answered");
    unanswered.forEach(question -> question.then().accept(gone));
  }
}
