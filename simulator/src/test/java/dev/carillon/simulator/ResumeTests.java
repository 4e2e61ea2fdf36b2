package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Disconnect;
import dev.carillon.core.From;
import dev.carillon.core.HistoryOptions;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.User;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sessions taken up again: GUARANTEES G3 (tokens) and G10 (presence over a reconnect). */
class ResumeTests {
  private static final RoomName ROOM = RoomName.of("room");
  private static final User ALICE = new User("alice");

  private final FakeClock clock = new FakeClock();
  private final List<TestLoop> loops = List.of(new TestLoop(), new TestLoop());
  private final Node node =
      new Node(
          NodeSettings.DEFAULT,
          Policies.DEFAULT,
          new MemoryBroker(Policies.DEFAULT, clock, new SplittableRandom(1)),
          Gate.OPEN,
          clock,
          new SplittableRandom(2),
          List.copyOf(loops));

  /** A connection that takes everything. */
  private final class Far implements Outlet, Conversation {
    final List<Notice> notices = new ArrayList<>();
    final Session session;
    @Nullable Disconnect closed;

    Far(int shard, User user) {
      session =
          node.shard(shard).open(user, Permissions.ALL, new SimulatedConnection.Form(), this, this);
    }

    boolean resume(String token) {
      List<Boolean> answer = new ArrayList<>();
      session.resume(token, answer::add);
      settle();
      assertThat(answer).hasSize(1);
      return answer.getFirst();
    }

    Far join() {
      session.join(1, ROOM, JoinOptions.NOW);
      settle();
      return this;
    }

    @Override
    public int offer(ByteBuffer slice) {
      return slice.remaining();
    }

    @Override
    public void close(Disconnect why, String reason) {
      closed = why;
    }

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

  private void settle() {
    while (loops.get(0).runRound() + loops.get(1).runRound() > 0) {
      // until nothing is posted any more
    }
  }

  private void pass(Duration time) {
    clock.advance(time);
    node.shards().forEach(shard -> shard.tick());
    settle();
  }

  private List<String> members() {
    Far asker = new Far(0, new User("asker"));
    asker.session.members(1, ROOM);
    settle();
    var answer = (Notice.Members) asker.notices.getLast();
    asker.session.ended();
    return answer.roster().members().stream().map(member -> member.session()).toList();
  }

  @Test
  void aLostSessionIsTakenUpOnAnotherShardWithItsIdentifierAndItsPresence() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    first.session.disconnected();
    assertThat(members()).containsExactly(first.session.id());
    Far second = new Far(1, ALICE);
    assertThat(second.resume(token)).isTrue();
    assertThat(second.session.id()).isEqualTo(first.session.id());
    second.join();
    pass(Duration.ofMinutes(10));
    assertThat(members()).containsExactly(first.session.id());
  }

  @Test
  void comingBackWithinTheGraceIsNoNewsToTheOthers() {
    Far watcher = new Far(0, new User("bob"));
    watcher.session.join(1, ROOM, JoinOptions.NOW.withPresence(true));
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    long before = presenceHead();
    first.session.disconnected();
    Far second = new Far(1, ALICE);
    second.resume(token);
    second.join();
    pass(Duration.ofMinutes(1));
    assertThat(presenceHead()).isEqualTo(before);
  }

  private long presenceHead() {
    Far asker = new Far(0, new User("asker"));
    asker.session.history(1, ROOM.presence(), HistoryOptions.from(new From.Now(), 1));
    settle();
    var answer = (Notice.History) asker.notices.getLast();
    asker.session.ended();
    return answer.extent().head();
  }

  @Test
  void aLostWelcomeLosesNoSessionAndTheOldTokenDiesWhenTheNewOneIsUsed() {
    Far first = new Far(0, ALICE);
    String one = first.session.resumeToken();
    first.session.disconnected();
    Far second = new Far(0, ALICE);
    assertThat(second.resume(one)).isTrue();
    second.session.resumeToken(); // lost on its way
    second.session.disconnected();
    Far third = new Far(1, ALICE);
    assertThat(third.resume(one)).isTrue();
    String two = third.session.resumeToken();
    third.session.disconnected();
    Far fourth = new Far(1, ALICE);
    assertThat(fourth.resume(two)).isTrue();
    fourth.session.resumeToken();
    fourth.session.disconnected();
    assertThat(new Far(0, ALICE).resume(one)).isFalse();
  }

  @Test
  void aSecondConnectionTakesOverAndTheFirstIsClosedWithItsOwnCode() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    Far second = new Far(1, ALICE);
    assertThat(second.resume(token)).isTrue();
    assertThat(first.closed).isEqualTo(Disconnect.TAKEN_OVER);
    first.session.disconnected();
    second.join();
    assertThat(members()).containsExactly(second.session.id());
  }

  @Test
  void forgedForeignTruncatedAndExpiredTokensGiveANewSessionAndBurnNothing() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.session.disconnected();
    for (String bad :
        List.of(
            "",
            "..",
            "0.x.y",
            "-1" + token.substring(1),
            token.substring(0, token.length() - 1),
            token + "0",
            token.replace('.', ' '),
            "1" + token.repeat(20))) {
      assertThat(new Far(0, ALICE).resume(bad)).as(bad).isFalse();
    }
    assertThat(new Far(0, new User("mallory")).resume(token)).isFalse();
    assertThat(new Far(0, ALICE).resume(token)).isTrue();
    Far late = new Far(0, ALICE);
    String expired = late.session.resumeToken();
    late.session.disconnected();
    pass(NodeSettings.DEFAULT.sessionTtl().plusSeconds(1));
    assertThat(new Far(0, ALICE).resume(expired)).isFalse();
  }

  @Test
  void aTokensShardIsOnlyWhereItIsLookedForFirst() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.session.disconnected();
    assertThat(new Far(1, ALICE).resume("9" + token.substring(1))).isTrue();
  }

  @Test
  void aGuestIsWhoHoldsTheGuestsTokenAndNobodyElse() {
    Far first = new Far(0, new User("guest-1", true));
    String token = first.session.resumeToken();
    first.session.disconnected();
    assertThat(new Far(0, ALICE).resume(token)).isFalse();
    Far second = new Far(1, new User("guest-2", true));
    assertThat(second.resume(token)).isTrue();
    assertThat(second.session.user().id()).isEqualTo("guest-1");
    second.session.resumeToken();
    Far named = new Far(0, ALICE);
    String own = named.session.resumeToken();
    named.session.disconnected();
    assertThat(new Far(0, new User("guest-3", true)).resume(own)).isFalse();
  }

  @Test
  void whoDoesNotComeBackLeavesOnceAfterTheGrace() {
    Far first = new Far(0, ALICE);
    first.session.resumeToken();
    first.join();
    long before = presenceHead();
    first.session.disconnected();
    pass(NodeSettings.DEFAULT.presenceGrace().plusSeconds(1));
    assertThat(members()).isEmpty();
    pass(Duration.ofHours(1));
    assertThat(presenceHead()).isEqualTo(before + 1);
    assertThat(node.shard(0).detachedCount()).isZero();
  }

  @Test
  void roomsThatAreNotJoinedAgainAreLeftAfterTheGrace() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    first.session.disconnected();
    Far second = new Far(1, ALICE);
    second.resume(token);
    assertThat(members()).hasSize(1);
    pass(NodeSettings.DEFAULT.presenceGrace().plusSeconds(1));
    assertThat(members()).isEmpty();
  }

  @Test
  void aRoomThatIsLeftBeforeItWasJoinedAgainIsLeft() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    first.session.disconnected();
    Far second = new Far(1, ALICE);
    second.resume(token);
    second.session.resumeToken();
    second.session.join(1, ROOM, JoinOptions.NOW);
    second.session.leave(2, ROOM);
    second.session.disconnected();
    settle();
    assertThat(members()).isEmpty();
  }

  @Test
  void aSessionThatWasEndedIsGoneAtOnce() {
    Far first = new Far(0, ALICE);
    String token = first.session.resumeToken();
    first.join();
    first.session.ended();
    settle();
    assertThat(members()).isEmpty();
    assertThat(new Far(0, ALICE).resume(token)).isFalse();
  }
}
