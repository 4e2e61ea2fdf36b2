package dev.carillon.testkit;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.User;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.BrokerProvider;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;
import dev.carillon.core.spi.WireForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A real node on a virtual clock: its shards run in turn on the thread that calls, and its
 * connections have no sockets. Confined to one thread; brokers may answer on any.
 */
public final class TestNode implements AutoCloseable {
  /** What its connections are told of the server. */
  public static final Terms TERMS = new Terms("test", Duration.ofSeconds(25), 1 << 20, 1000);

  private static final int MAX_ROUNDS = 100_000;

  private final FakeClock clock = new FakeClock();
  private final List<TestLoop> loops = new ArrayList<>();
  private final Map<Protocol, List<WireForm>> forms = new HashMap<>();
  private final Broker broker;
  private final Node node;
  private Function<Credentials, Answer> authenticator = TestNode::byHint;
  private int connections;

  /** A node with the memory broker, which has to be on the class path, and two shards. */
  public TestNode() {
    this(2, Policies.DEFAULT, "memory");
  }

  /**
   * A node.
   *
   * @param broker the name of a broker that {@link ServiceLoader} finds
   */
  public TestNode(int shards, Policies policies, String broker) {
    this(shards, policies, broker, Gate.OPEN);
  }

  /**
   * A node with an application.
   *
   * @param broker the name of a broker that {@link ServiceLoader} finds
   * @param gate the application; it may answer on any thread
   */
  public TestNode(int shards, Policies policies, String broker, Gate gate) {
    this(shards, NodeSettings.DEFAULT, policies, broker, gate);
  }

  /**
   * A node with limits of its own.
   *
   * @param broker the name of a broker that {@link ServiceLoader} finds
   * @param gate the application; it may answer on any thread
   */
  public TestNode(int shards, NodeSettings settings, Policies policies, String broker, Gate gate) {
    SplittableRandom random = new SplittableRandom(42);
    this.broker = provider(broker).open(Map.of(), policies, clock, random.split());
    for (int i = 0; i < shards; i++) {
      loops.add(new TestLoop());
    }
    this.node =
        new Node(settings, policies, this.broker, gate, clock, random.split(), List.copyOf(loops));
  }

  private static BrokerProvider provider(String name) {
    for (BrokerProvider each : ServiceLoader.load(BrokerProvider.class)) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    throw new IllegalStateException(
        "no broker called '" + name + "' is on the class path; add its module to the test's");
  }

  /** Believes the user hint; without one everybody is called anonymous. */
  private static Answer byHint(Credentials credentials) {
    String hint = credentials.userHint();
    return new Answer.Accepted(new User(hint == null ? "anonymous" : hint), Permissions.ALL);
  }

  /** Has the credentials of later connections answered so. */
  public TestNode authenticator(Function<Credentials, Answer> answers) {
    authenticator = answers;
    return this;
  }

  /** The clock that the node goes by. */
  public FakeClock clock() {
    return clock;
  }

  /** The node itself. */
  public Node node() {
    return node;
  }

  /** A new connection; connections go round the shards. */
  public TestConnection connect(Protocol protocol, Opening opening) {
    int shard = connections++ % loops.size();
    List<WireForm> shared = forms.computeIfAbsent(protocol, p -> new ArrayList<>());
    while (shared.size() <= shard) {
      shared.add(new TestConnection.FramedForm(protocol.encoding()));
    }
    TestConnection connection =
        new TestConnection(
            this, node.shard(shard), shared.get(shard), protocol, opening, TERMS, authenticator);
    settle();
    return connection;
  }

  /** The server itself publishes, and waits for the answer. */
  public Broker.Appended publish(String room, Draft draft) {
    List<Broker.Appended> answers = new CopyOnWriteArrayList<>();
    node.publish(RoomName.of(room), draft, (answer, readers) -> answers.add(answer));
    settle();
    if (answers.size() != 1) {
      throw new IllegalStateException("a publish had " + answers.size() + " answers");
    }
    return answers.getFirst();
  }

  /**
   * Says goodbye to every connection and ends it.
   *
   * @param spread over which time the clients are told to come back
   */
  public void goodbye(Disconnect why, Duration spread) {
    for (int i = 0; i < loops.size(); i++) {
      node.shard(i).goodbye(why, spread.toMillis());
    }
    settle();
  }

  /** Runs the shards until they have nothing more to do. */
  public void settle() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      int ran = 0;
      for (TestLoop loop : loops) {
        ran += loop.runRound();
      }
      if (ran == 0) {
        return;
      }
    }
    throw new IllegalStateException("the shards still had work after " + MAX_ROUNDS + " rounds");
  }

  /** Lets time pass, in steps of a shard's tick. */
  public void advance(Duration by) {
    Duration tick = Duration.ofMillis(100);
    for (Duration left = by; left.isPositive(); left = left.minus(tick)) {
      clock.advance(left.compareTo(tick) < 0 ? left : tick);
      for (int i = 0; i < loops.size(); i++) {
        node.shard(i).tick();
      }
      settle();
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
