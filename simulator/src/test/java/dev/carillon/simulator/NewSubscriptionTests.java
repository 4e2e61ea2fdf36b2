package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.AckPolicy;
import dev.carillon.core.Acks;
import dev.carillon.core.Disconnect;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Session;
import dev.carillon.core.SubscriptionPolicy;
import dev.carillon.core.User;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.testkit.FakeClock;
import dev.carillon.testkit.TestLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Named subscriptions are told of when they are kept, and not before. */
class NewSubscriptionTests {
  private static final RoomName ROOM = RoomName.of("room");
  private static final User ALICE = new User("alice");

  private final Policies policies =
      room -> RoomPolicy.DEFAULT.durable(AckPolicy.DEFAULT, SubscriptionPolicy.DEFAULT);
  private final FakeClock clock = new FakeClock();
  private final List<TestLoop> loops = List.of(new TestLoop(), new TestLoop());
  private final DoubtfulBroker broker =
      new DoubtfulBroker(new MemoryBroker(policies, clock, new SplittableRandom(1)));
  private final Node node =
      new Node(
          NodeSettings.DEFAULT,
          policies,
          broker,
          Gate.OPEN,
          clock,
          new SplittableRandom(2),
          List.copyOf(loops));

  /** A connection that takes everything. */
  private final class Far implements Outlet, Conversation {
    final List<Notice> notices = new ArrayList<>();
    final Session session;

    Far(int shard) {
      session =
          node.shard(shard)
              .open(ALICE, Permissions.ALL, new SimulatedConnection.Form(), this, this);
    }

    Far subscribe() {
      session.join(1, ROOM, JoinOptions.NOW.withAcks(new Acks("mine")));
      settle();
      return this;
    }

    boolean isIn() {
      return notices.stream()
          .anyMatch(each -> each instanceof Notice.Joined || each instanceof Notice.Resumed);
    }

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

  private void settle() {
    while (loops.get(0).runRound() + loops.get(1).runRound() > 0) {
      // until nothing is posted any more
    }
  }

  @Test
  void whoTakesOverANewSubscriptionIsLetInWhenItIsKept() {
    broker.settleLate();
    Far first = new Far(0).subscribe();
    first.session.disconnected();
    Far second = new Far(1).subscribe();
    assertThat(second.isIn()).isFalse();

    broker.takeLate();
    settle();

    assertThat(second.isIn()).isTrue();
  }

  @Test
  void bothWhoMakeTheSameSubscriptionAtOnceAreAnswered() {
    broker.settleLate();
    Far first = new Far(0);
    Far second = new Far(1);
    first.session.join(1, ROOM, JoinOptions.NOW.withAcks(new Acks("mine")));
    second.session.join(1, ROOM, JoinOptions.NOW.withAcks(new Acks("mine")));
    settle();
    assertThat(second.isIn()).isFalse();

    broker.takeLate();
    settle();

    assertThat(second.isIn()).isTrue();
  }
}
