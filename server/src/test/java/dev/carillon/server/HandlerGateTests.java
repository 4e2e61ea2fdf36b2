package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Call;
import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HandlerGateTests {
  private static final RoomName CHAT = RoomName.of("chat/a");
  private static final RoomName OTHER = RoomName.of("other");
  private static final Member ALICE = new Member("s1", new User("alice"), null);
  private static final Member BOB = new Member("s2", new User("bob"), null);

  private final BlockingQueue<Gate.Verdict> verdicts = new LinkedBlockingQueue<>();

  @Test
  void noHandlerIsAnOpenGate() {
    assertThat(HandlerGate.of(List.of(), Map.of())).isSameAs(Gate.OPEN);
  }

  @Test
  void aHandlerAcceptsChangesOrRefuses() throws InterruptedException {
    Gate gate =
        gate(
            (member, message) ->
                switch (message.text()) {
                  case "change" -> message.accept(Payload.text("changed by " + member.user()));
                  case "refuse" -> message.refuse("no");
                  default -> message.accept();
                });
    judge(gate, ALICE, CHAT, "keep");
    judge(gate, ALICE, CHAT, "change");
    judge(gate, ALICE, CHAT, "refuse");

    assertThat(passed(verdicts.take())).isEqualTo("keep");
    assertThat(passed(verdicts.take())).isEqualTo("changed by alice");
    assertThat(verdicts.take())
        .isEqualTo(new Gate.Verdict.Refuse(new Problem(Problem.Reason.REFUSED, "no")));
  }

  @Test
  void aHandlerThatThrowsRefuses() throws InterruptedException {
    Gate gate =
        gate(
            (member, message) -> {
              throw new IllegalStateException("secret detail");
            });
    judge(gate, ALICE, CHAT, "x");

    assertThat(verdicts.take())
        .isInstanceOfSatisfying(
            Gate.Verdict.Refuse.class,
            refused -> assertThat(refused.problem().detail()).doesNotContain("secret"));
  }

  @Test
  void oneSessionsMessagesAreJudgedInOrderAlsoInRoomsWithoutAHandler() throws InterruptedException {
    var open = new CountDownLatch(1);
    Gate gate =
        gate(
            (member, message) -> {
              await(open);
              return message.accept();
            });
    judge(gate, ALICE, CHAT, "1");
    judge(gate, ALICE, OTHER, "2");
    judge(gate, ALICE, CHAT, "3");
    assertThat(verdicts.poll(50, TimeUnit.MILLISECONDS)).isNull();
    open.countDown();

    assertThat(List.of(passed(verdicts.take()), passed(verdicts.take()), passed(verdicts.take())))
        .containsExactly("1", "2", "3");
  }

  @Test
  void aSlowHandlerDelaysNoOtherSession() throws InterruptedException {
    var open = new CountDownLatch(1);
    Gate gate =
        gate(
            (member, message) -> {
              if (member.equals(ALICE)) {
                await(open);
              }
              return message.accept();
            });
    judge(gate, ALICE, CHAT, "slow");
    judge(gate, BOB, CHAT, "quick");

    assertThat(passed(verdicts.take())).isEqualTo("quick");
    open.countDown();
    assertThat(passed(verdicts.take())).isEqualTo("slow");
  }

  @Test
  void handlersRunOnVirtualThreads() throws InterruptedException {
    judge(
        gate(
            (member, message) ->
                message.accept(Payload.text("" + Thread.currentThread().isVirtual()))),
        ALICE,
        CHAT,
        "x");

    assertThat(passed(verdicts.take())).isEqualTo("true");
  }

  @Test
  void whatIsConcurrentRunsSideBySideAndIsAppendedInOrder() throws InterruptedException {
    var second = new CountDownLatch(1);
    Gate gate =
        gate(
            room ->
                room.concurrent()
                    .onMessage(
                        (member, message) -> {
                          if (message.text().equals("1")) {
                            await(second);
                          } else {
                            second.countDown();
                          }
                          return message.accept();
                        }));
    judge(gate, ALICE, CHAT, "1");
    judge(gate, ALICE, CHAT, "2");

    assertThat(List.of(passed(verdicts.take()), passed(verdicts.take()))).containsExactly("1", "2");
  }

  @Test
  void whateverAHandlerThrowsThoseBehindItAreHandled() throws InterruptedException {
    Gate gate =
        gate(
            (member, message) -> {
              if (message.text().equals("1")) {
                throw new StackOverflowError("deep");
              }
              return message.accept();
            });
    judge(gate, ALICE, CHAT, "1");
    judge(gate, ALICE, CHAT, "2");

    assertThat(passed(verdicts.take())).isEqualTo("refused: the server's handler failed");
    assertThat(passed(verdicts.take())).isEqualTo("2");
  }

  @Test
  void callsAreAnsweredByTheRoomsHandlersThenByTheServersThenByNobody()
      throws InterruptedException {
    Gate gate =
        gate(
            room ->
                room.onCall("who", (caller, call) -> call.answer(call.variable("id")))
                    .onCall("sum", (caller, call) -> call.answerJson(call.data(int[].class).length))
                    .onCall(
                        "fail",
                        (caller, call) ->
                            call.variable("nothing").isEmpty() ? call.answer("") : call.refuse("x"))
                    .onCall("no", (caller, call) -> call.refuse("not_now", "later")));

    assertThat(asked(gate, CHAT, "who", Payload.EMPTY)).isEqualTo("a");
    assertThat(asked(gate, CHAT, "now", Payload.EMPTY)).isEqualTo("noon");
    assertThat(asked(gate, OTHER, "now", Payload.EMPTY)).isEqualTo("noon");
    assertThat(asked(gate, null, "now", Payload.EMPTY)).isEqualTo("noon");
    assertThat(asked(gate, OTHER, "who", Payload.EMPTY)).startsWith("no_handler");
    assertThat(asked(gate, CHAT, "sum", Payload.json("[1,2,3]"))).isEqualTo("3");
    assertThat(asked(gate, CHAT, "sum", Payload.text("[1]")))
        .isEqualTo("bad_message: data must be json, this is text");
    assertThat(asked(gate, CHAT, "fail", Payload.EMPTY))
        .isEqualTo("internal: the server's handler failed");
    assertThat(asked(gate, CHAT, "no", Payload.EMPTY)).isEqualTo("not_now: later");
  }

  private static String asked(Gate gate, @Nullable RoomName room, String event, Payload payload)
      throws InterruptedException {
    BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    gate.answer(new Call(room, ALICE, event, payload, 1000), replies::add);
    return switch (replies.take()) {
      case Reply.Value(var value) -> value.asText();
      case Reply.Failure failure -> failure.code() + ": " + failure.message();
    };
  }

  @Test
  void hooksOfARoomRunOneAfterTheOtherAndOnceForEachSession() throws InterruptedException {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Gate gate =
        gate(
            room ->
                room.onOpen(at -> told.add("open " + at.variable("id")))
                    .onJoin(
                        (member, join) -> {
                          told.add("join " + member.user() + " " + join.others());
                          return join.others() == 1 ? join.refuse("full") : join.accept();
                        })
                    .onLeave((member, at) -> told.add("leave " + member.user()))
                    .onEmpty(at -> told.add("empty")));

    assertThat(admitted(gate, ALICE)).isNull();
    assertThat(admitted(gate, ALICE)).as("one that came back").isNull();
    Problem refusal = admitted(gate, BOB);
    assertThat(refusal).isEqualTo(new Problem(Problem.Reason.REFUSED, "full"));
    gate.left("s2", CHAT);
    gate.left("s1", CHAT);
    gate.left("s1", CHAT);

    assertThat(takeAll(told, 5))
        .containsExactly("open a", "join alice 0", "join bob 1", "leave alice", "empty");
    assertThat(admitted(gate, BOB)).isNull();
    assertThat(told).containsExactly("open a", "join bob 0");
  }

  private static List<String> takeAll(BlockingQueue<String> told, int count)
      throws InterruptedException {
    List<String> taken = new ArrayList<>();
    while (taken.size() < count) {
      taken.add(told.take());
    }
    return taken;
  }

  @Test
  void aHookThatFailsLetsNobodyInAndKeepsNothing() throws InterruptedException {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Gate gate =
        gate(
            room ->
                room.onJoin(
                        (member, join) -> {
                          throw new IllegalStateException("secret detail");
                        })
                    .onEmpty(at -> told.add("empty")));

    assertThat(admitted(gate, ALICE))
        .isEqualTo(new Problem(Problem.Reason.INTERNAL, "the server's handler failed"));
    assertThat(told.take()).isEqualTo("empty");
  }

  private static @Nullable Problem admitted(Gate gate, Member member) throws InterruptedException {
    BlockingQueue<Optional<Problem>> verdict = new LinkedBlockingQueue<>();
    gate.admit(member, CHAT, problem -> verdict.add(Optional.ofNullable(problem)));
    return verdict.take().orElse(null);
  }

  private static Gate gate(MessageHandler handler) {
    return gate(room -> room.onMessage(handler));
  }

  private static Gate gate(Consumer<RoomSetup> setup) {
    RoomSetup room = new RoomSetup(RoomSettings.DEFAULT);
    setup.accept(room);
    var rule = new HandlerGate.Rule(RoomPattern.of("chat/{id}"), room.handlers());
    return HandlerGate.of(List.of(rule), Map.of("now", (caller, call) -> call.answer("noon")));
  }

  private void judge(Gate gate, Member sender, RoomName room, String text) {
    gate.judge(sender, room, Draft.of(Payload.text(text)), verdicts::add);
  }

  private static String passed(Gate.Verdict verdict) {
    return switch (verdict) {
      case Gate.Verdict.Pass(var draft) -> draft.payload().asText();
      case Gate.Verdict.Refuse(var problem) -> "refused: " + problem.detail();
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
