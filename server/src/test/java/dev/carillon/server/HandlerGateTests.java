package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Member;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Gate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    assertThat(HandlerGate.of(List.of())).isSameAs(Gate.OPEN);
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

  private static Gate gate(MessageHandler handler) {
    return HandlerGate.of(List.of(new HandlerGate.Rule(RoomPattern.of("chat/{id}"), handler)));
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
