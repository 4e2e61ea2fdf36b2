package dev.carillon.server;

import dev.carillon.core.Call;
import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Problem;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Gate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Has an application's handlers speak: each session's messages, calls and joins one after the other
 * on virtual threads. Safe for use by many threads. What waits is bounded by the limits on a
 * session's unanswered publishes, calls and joins.
 */
final class HandlerGate implements Gate {
  private final List<Rule> rules;
  private final Map<String, CallHandler> calls;
  private final HandlerThreads sessions = new HandlerThreads("carillon-handler-");
  private final Occupancy occupancy = new Occupancy();

  /** Handlers and the rooms they are for. */
  record Rule(RoomPattern pattern, Handlers handlers) {}

  /** The rule of a room, with what its variables stand for there. */
  private record Match(Handlers handlers, RoomAddress room) {}

  private HandlerGate(List<Rule> rules, Map<String, CallHandler> calls) {
    this.rules = rules;
    this.calls = calls;
  }

  /**
   * The gate of these rules, the first that matches a room counts.
   *
   * @param calls answer what no room's handlers do
   */
  static Gate of(List<Rule> rules, Map<String, CallHandler> calls) {
    return rules.isEmpty() && calls.isEmpty()
        ? Gate.OPEN
        : new HandlerGate(List.copyOf(rules), Map.copyOf(calls));
  }

  private @Nullable Match match(RoomName room) {
    for (Rule rule : rules) {
      Map<String, String> variables = rule.pattern().variables(room);
      if (variables != null) {
        return new Match(rule.handlers(), new RoomAddress(room, variables));
      }
    }
    return null;
  }

  @Override
  public void judge(Member sender, RoomName room, Draft draft, Consumer<Verdict> verdict) {
    Match match = match(room);
    MessageHandler handler = match == null ? null : match.handlers().message();
    String session = sender.session();
    if (match == null || handler == null) {
      // Behind one that is still being judged even what nobody judges has to wait for its turn.
      if (sessions.isBusy(session)) {
        sessions.run(session, () -> verdict.accept(new Verdict.Pass(draft)));
      } else {
        verdict.accept(new Verdict.Pass(draft));
      }
      return;
    }
    IncomingMessage message = new IncomingMessage(match.room(), draft);
    Supplier<Verdict> ask =
        () -> asked("message", room, () -> handler.onMessage(sender, message), Verdict.Refuse::new);
    if (match.handlers().concurrent()) {
      var judged = new CompletableFuture<Verdict>();
      sessions.runBeside(session, () -> judged.complete(ask.get()));
      sessions.run(session, () -> verdict.accept(judged.join()));
    } else {
      sessions.run(session, () -> verdict.accept(ask.get()));
    }
  }

  @Override
  public void answer(Call call, Consumer<Reply> reply) {
    RoomName room = call.room();
    Member caller = call.caller();
    Match match = room == null ? null : match(room);
    CallHandler own = match == null ? null : match.handlers().calls().get(call.event());
    CallHandler handler = own == null ? calls.get(call.event()) : own;
    if (handler == null || caller == null) {
      Gate.super.answer(call, reply);
      return;
    }
    IncomingCall question =
        new IncomingCall(own == null || match == null ? null : match.room(), call);
    Runnable task =
        () -> reply.accept(asked("call", room, () -> handler.onCall(caller, question), Reply::of));
    if (own != null && match != null && match.handlers().concurrent()) {
      sessions.runBeside(caller.session(), task);
    } else {
      sessions.run(caller.session(), task);
    }
  }

  @Override
  public void admit(Member member, RoomName room, Consumer<@Nullable Problem> verdict) {
    Match match = match(room);
    if (match == null || !match.handlers().hooks()) {
      verdict.accept(null);
    } else {
      sessions.run(
          member.session(),
          () -> verdict.accept(occupancy.enter(match.handlers(), match.room(), member)));
    }
  }

  @Override
  public void left(String session, RoomName room) {
    Match match = match(room);
    if (match != null && match.handlers().hooks()) {
      Runnable leave = () -> occupancy.leave(match.handlers(), match.room(), session);
      if (sessions.isBusy(session)) {
        sessions.run(session, leave); // behind what it still has to say there
      } else {
        leave.run(); // else who joins once it is told to have left could be before it
      }
    }
  }

  /**
   * What a handler says. Nothing that it throws goes further than this, or those behind it would
   * wait for ever.
   */
  static <T> T asked(
      String what, @Nullable RoomName room, Supplier<T> handler, Function<Problem, T> refusal) {
    try {
      T answer = handler.get();
      if (answer != null) {
        return answer;
      }
      log(what, room, new NullPointerException("the handler returned null"));
    } catch (BadDataException bad) {
      return refusal.apply(
          new Problem(Problem.Reason.BAD_MESSAGE, String.valueOf(bad.getMessage())));
    } catch (RuntimeException | Error failed) {
      log(what, room, failed);
    }
    return refusal.apply(new Problem(Problem.Reason.INTERNAL, "the server's handler failed"));
  }

  private static void log(String what, @Nullable RoomName room, Throwable failed) {
    LoggerFactory.getLogger(MessageHandler.class)
        .error("the {} handler of {} failed", what, room == null ? "the server" : room, failed);
  }
}
