package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Gate;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Has an application's handlers judge messages, each session's one after the other on a virtual
 * thread that lives while there are some. Safe for use by many threads. What waits is bounded by
 * the limit on a session's unanswered publishes.
 */
final class HandlerGate implements Gate {
  private final List<Rule> rules;
  private final Map<String, Queue<Runnable>> waiting = new ConcurrentHashMap<>();

  /** A handler and the rooms it is for. */
  record Rule(RoomPattern pattern, MessageHandler handler) {}

  private HandlerGate(List<Rule> rules) {
    this.rules = rules;
  }

  /** The gate of these rules, the first that matches a room counts. */
  static Gate of(List<Rule> rules) {
    return rules.isEmpty() ? Gate.OPEN : new HandlerGate(List.copyOf(rules));
  }

  @Override
  public void judge(Member sender, RoomName room, Draft draft, Consumer<Verdict> verdict) {
    MessageHandler handler = handler(room);
    // Behind one that is still being judged even what nobody judges has to wait for its turn.
    if (handler == null && !waiting.containsKey(sender.session())) {
      verdict.accept(new Verdict.Pass(draft));
      return;
    }
    Runnable task =
        () ->
            verdict.accept(
                handler == null ? new Verdict.Pass(draft) : ask(handler, sender, room, draft));
    waiting.compute(
        sender.session(),
        (session, queue) -> {
          Queue<Runnable> tasks = queue == null ? start(session) : queue;
          tasks.add(task);
          return tasks;
        });
  }

  private @Nullable MessageHandler handler(RoomName room) {
    for (Rule rule : rules) {
      if (rule.pattern.matches(room)) {
        return rule.handler;
      }
    }
    return null;
  }

  private Queue<Runnable> start(String session) {
    Thread.ofVirtual().name("carillon-handler-" + session).start(() -> run(session));
    return new ArrayDeque<>();
  }

  private void run(String session) {
    Runnable[] next = new Runnable[1];
    while (true) {
      // One step with adding, so that a queue is only let go when it is empty.
      waiting.computeIfPresent(
          session, (same, queue) -> (next[0] = queue.poll()) == null ? null : queue);
      if (next[0] == null) {
        return;
      }
      next[0].run();
    }
  }

  private static Verdict ask(MessageHandler handler, Member sender, RoomName room, Draft draft) {
    try {
      return handler.onMessage(sender, new IncomingMessage(room, draft));
    } catch (RuntimeException failed) {
      LoggerFactory.getLogger(MessageHandler.class)
          .error("the handler of room {} failed; the message is refused", room, failed);
      return new Verdict.Refuse(
          new Problem(Problem.Reason.INTERNAL, "the server's handler of this room failed"));
    }
  }
}
