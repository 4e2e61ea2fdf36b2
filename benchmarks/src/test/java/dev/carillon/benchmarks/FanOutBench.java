package dev.carillon.benchmarks;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.User;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message's way from its publisher to 5,000 cursors of one shard, without sockets. What is shown
 * is a delivery: time and allocated bytes of all of it, through 5,000.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FanOutBench {
  private static final int READERS = 5_000;
  private static final RoomName ROOM = RoomName.of("bench");

  /** How many percent of the readers want a message. */
  @Param({"100", "50"})
  public int match;

  /** Messages published at once. */
  @Param({"1", "30"})
  public int burst;

  private final ArrayDeque<Runnable> mailbox = new ArrayDeque<>();
  private final Draft draft =
      new Draft(null, Payload.text("x".repeat(128)), Map.of("side", "buy"), null, 0, 0, true, null);
  private Node node;
  private long bytes;

  /** Fills the room. */
  @Setup
  public void prepare() {
    var random = new SplittableRandom(5);
    var broker = new MemoryBroker(Policies.DEFAULT, InstantSource.system(), random.split());
    node =
        new Node(
            NodeSettings.DEFAULT,
            Policies.DEFAULT,
            broker,
            Gate.OPEN,
            InstantSource.system(),
            random,
            List.of(mailbox::add));
    WireForm form = FanOutBench::append;
    for (int i = 0; i < READERS; i++) {
      Session session =
          node.shard(0).open(new User("u" + i), Permissions.ALL, form, new Sink(), new Silent());
      boolean wants = i % 100 < match;
      String filter =
          match == 100 ? null : wants ? "tags.side == \"buy\"" : "tags.side == \"sell\"";
      session.join(1, ROOM, JoinOptions.NOW.withFilter(filter));
      settle();
    }
  }

  private static void append(
      RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) {
    byte[] data = entry.message().payload().bytes();
    into.put(0x81);
    into.put(126);
    into.put(data.length >>> 8);
    into.put(data.length);
    into.put(data);
  }

  private void settle() {
    Runnable next;
    while ((next = mailbox.poll()) != null) {
      next.run();
    }
  }

  /** One burst, all the way. */
  @Benchmark
  @OperationsPerInvocation(READERS)
  public long deliver() {
    for (int i = 0; i < burst; i++) {
      node.publish(ROOM, draft, (answer, readers) -> {});
    }
    settle();
    return bytes;
  }

  /** A socket that takes everything. */
  private final class Sink implements Outlet {
    @Override
    public int offer(ByteBuffer slice) {
      bytes += slice.remaining();
      return slice.remaining();
    }

    @Override
    public void flush() {}

    @Override
    public void pauseReading(boolean pause) {}

    @Override
    public void close(Disconnect why, String reason) {
      throw new IllegalStateException(reason);
    }
  }

  private static final class Silent implements Conversation {
    @Override
    public void opened() {}

    @Override
    public void received(Payload.Kind frame, ByteBuffer bytes) {}

    @Override
    public void accepted(Session session) {}

    @Override
    public void refused(Problem problem) {
      throw new IllegalStateException(problem.toString());
    }

    @Override
    public void tell(Notice notice) {
      if (notice instanceof Notice.Refused refused) {
        throw new IllegalStateException(refused.toString());
      }
    }
  }
}
