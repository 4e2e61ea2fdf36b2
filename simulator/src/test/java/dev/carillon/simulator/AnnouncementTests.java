package dev.carillon.simulator;

import static dev.carillon.simulator.DoubtfulBroker.Fate.LATE;
import static dev.carillon.simulator.DoubtfulBroker.Fate.LOST_UNSEEN;
import static dev.carillon.simulator.DoubtfulBroker.Fate.REFUSED;
import static dev.carillon.simulator.DoubtfulBroker.Fate.TAKEN_UNSEEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Disconnect;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.User;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.FakeClock;
import dev.carillon.testkit.TestLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GUARANTEES G10: who comes and goes is told once, whatever becomes of telling it. */
class AnnouncementTests {
  private static final RoomName ROOM = RoomName.of("room");

  private final FakeClock clock = new FakeClock();
  private final TestLoop loop = new TestLoop();
  private final DoubtfulBroker broker =
      new DoubtfulBroker(new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1)));
  private final Node node =
      new Node(
          NodeSettings.DEFAULT,
          Policies.DEFAULT,
          broker,
          Gate.OPEN,
          clock,
          new SplittableRandom(2),
          List.of(loop));

  /** A connection that takes everything. */
  private static final class Far implements Outlet, Conversation {
    final List<Notice> notices = new ArrayList<>();

    @Override
    public int offer(ByteBuffer slice) {
      return slice.remaining();
    }

    @Override
    public void close(Disconnect why, String reason) {}

    @Override
    public void tell(Notice notice) {
      notices.add(notice);
    }

    @Override
    public void flush() {}

    @Override
    public void pauseReading(boolean pause) {}

    @Override
    public void opened() {}

    @Override
    public void received(Payload.Kind frame, ByteBuffer bytes) {}

    @Override
    public void accepted(Session accepted) {}

    @Override
    public void refused(Problem problem) {}
  }

  private final Far far = new Far();
  private final Session ann = session("ann");

  private Session session(String user) {
    return node.shard(0)
        .open(new User(user), Permissions.ALL, new SimulatedConnection.Form(), far, far);
  }

  private void settle() {
    while (loop.runRound() > 0) {
      // until nothing is posted any more
    }
  }

  private void passASecondOrTwo() {
    for (int i = 0; i < 25; i++) {
      clock.advance(Duration.ofMillis(100));
      node.shard(0).tick();
      settle();
    }
  }

  private void comes(Session who) {
    who.join(1, ROOM, JoinOptions.NOW);
    settle();
  }

  private void goes(Session who) {
    who.leave(2, ROOM);
    settle();
  }

  private List<String> shown() {
    ann.members(3, ROOM);
    settle();
    var answer = (Notice.Members) far.notices.getLast();
    return answer.roster().members().stream().map(member -> member.user().id()).toList();
  }

  /** What readers are told, in order. */
  private List<String> told() {
    List<String> told = new ArrayList<>();
    broker.read(
        ROOM.presence(),
        1,
        1000,
        1 << 20,
        answer -> {
          if (answer instanceof Broker.Answer.Done<Broker.Page>(var page)) {
            page.entries().stream()
                .map(entry -> entry.message())
                .map(message -> who(message) + " " + message.event())
                .forEach(told::add);
          }
        });
    return told;
  }

  private static String who(Message message) {
    Member sender = message.sender();
    return sender == null ? "nobody" : sender.user().id();
  }

  @ParameterizedTest
  @EnumSource
  void aComingOfWhichTheBrokerSaysNothingGoodIsToldOnceItCan(DoubtfulBroker.Fate fate) {
    broker.next(fate);
    comes(ann);
    assertThat(told().size()).isEqualTo(fate == TAKEN_UNSEEN ? 1 : 0);

    passASecondOrTwo();
    broker.takeLate();

    assertThat(told()).containsExactly("ann join");
  }

  @ParameterizedTest
  @EnumSource
  void whoGoesWhileItsComingIsInDoubtHasComeAndGoneOnce(DoubtfulBroker.Fate fate) {
    broker.next(fate);
    comes(ann);
    goes(ann);
    passASecondOrTwo();
    broker.takeLate();

    if (fate == REFUSED) {
      assertThat(told()).isEmpty();
    } else {
      assertThat(told()).containsExactly("ann join", "ann leave");
    }
  }

  @Test
  void whatIsInDoubtAgainAndAgainIsNotToldAgainAndAgain() {
    broker.next(TAKEN_UNSEEN, LOST_UNSEEN, LATE, REFUSED);
    comes(ann);
    for (int i = 0; i < 4; i++) {
      passASecondOrTwo();
    }
    goes(ann);
    broker.takeLate();

    assertThat(told()).containsExactly("ann join", "ann leave");
  }

  @Test
  void aGoingInDoubtIsToldOnceAlsoWhenSheIsBackByThen() {
    comes(ann);
    broker.next(TAKEN_UNSEEN);
    goes(ann);
    comes(ann);
    passASecondOrTwo();

    assertThat(told()).containsExactly("ann join", "ann leave", "ann join");
  }

  @Test
  void whoWasShownToSomebodyWhenNobodyCouldBeToldIsToldToHaveGone() {
    broker.next(REFUSED);
    comes(ann);
    assertThat(shown()).containsExactly("ann");
    goes(ann);
    passASecondOrTwo();

    assertThat(told()).containsExactly("ann join", "ann leave");
  }

  @Test
  void whoWasMissingInAListWhenNobodyCouldBeToldIsToldToHaveComeBack() {
    comes(ann);
    broker.next(REFUSED);
    goes(ann);
    assertThat(shown()).isEmpty();
    comes(ann);
    assertThat(shown()).containsExactly("ann");
    passASecondOrTwo();

    assertThat(told()).containsExactly("ann join", "ann leave", "ann join");
  }

  @Test
  void whoIsBackWithAnotherStateThanBeforeIsToldToHaveComeBackWhereAListMissedHer() {
    comes(ann);
    broker.next(REFUSED, REFUSED, REFUSED);
    goes(ann);
    assertThat(shown()).isEmpty();
    comes(ann);
    ann.state(4, ROOM, Payload.json("1"));
    settle();
    passASecondOrTwo();

    assertThat(told()).containsExactly("ann join", "ann leave", "ann join");
  }

  @Test
  void oneInDoubtHoldsTheOthersUpButLosesNone() {
    broker.next(LOST_UNSEEN);
    comes(ann);
    List<Session> others = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      others.add(session("u" + i));
      comes(others.getLast());
    }
    broker.next(LATE);
    passASecondOrTwo();
    others.forEach(this::goes);
    passASecondOrTwo();
    broker.takeLate();
    passASecondOrTwo();

    List<String> all = told();
    assertThat(all).doesNotHaveDuplicates().startsWith("ann join");
    for (int i = 0; i < 80; i++) {
      assertThat(all).containsSubsequence("u" + i + " join", "u" + i + " leave");
    }
  }
}
