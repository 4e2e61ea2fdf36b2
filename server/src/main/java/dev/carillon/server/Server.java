package dev.carillon.server;

import dev.carillon.connection.Links;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Node;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Protocol;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.Listener;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A server that listens. Safe for use by many threads. */
public final class Server implements AutoCloseable {
  private final Configuration configuration;
  private final Broker broker;
  private final EventLoops loops;
  private final Node node;
  private final Listener listener;
  private final AtomicBoolean draining = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Server(Configuration configuration, Authenticator authenticator, Gate gate) {
    this.configuration = configuration;
    InstantSource clock = InstantSource.system();
    SecureRandom random = new SecureRandom();
    RoomRules rules = new RoomRules(configuration.rooms());
    List<Protocol> protocols =
        ServiceLoader.load(Protocol.class).stream().map(ServiceLoader.Provider::get).toList();
    if (protocols.isEmpty()) {
      throw new StartException(
          "no protocol is installed, so nothing could be spoken; add a module such as"
              + " carillon-protocol-native to the class path");
    }
    broker = new InstalledBrokers().open(configuration, rules, clock, random);
    loops = EventLoops.start(Parts.loops(configuration), clock);
    node =
        new Node(
            Parts.node(configuration),
            rules,
            broker,
            gate,
            InstalledFilters.find(),
            clock,
            random,
            loops.mailboxes());
    loops.serve(node);
    restoreSessions();
    var reception = new Reception(configuration, protocols, authenticator, draining::get);
    var metrics = new Metrics(configuration.node().name(), loops, node, broker);
    var publishing = new PublishApi(configuration.api(), rules, this::append, draining::get);
    var rooms = new RoomRequests(reception, node, configuration.auth().timeout(), draining::get);
    var links = new LinkRequests(reception, links(), draining::get);
    var site =
        new Site(
            configuration.listen(),
            reception,
            rooms,
            links,
            loops,
            metrics,
            broker::condition,
            publishing,
            new ExplainApi(configuration.api(), node),
            draining::get);
    try {
      listener =
          Listener.open(
              loops,
              Parts.listener(configuration),
              Parts.connection(configuration),
              reception,
              site);
    } catch (UncheckedIOException | IllegalArgumentException refused) {
      loops.close();
      broker.close();
      throw new StartException(StartAdvice.of(configuration, refused), refused);
    }
  }

  /** Before anybody can connect: who comes back finds its session. */
  private void restoreSessions() {
    var done = new CompletableFuture<@Nullable Problem>();
    node.restore(done::complete);
    Problem problem = done.join();
    if (problem != null) {
      loops.close();
      broker.close();
      throw new StartException("the sessions that were kept cannot be read: " + problem.detail());
    }
  }

  static Server start(Configuration configuration, Authenticator authenticator, Gate gate) {
    return new Server(configuration, authenticator, gate);
  }

  private Links links() {
    int most = Math.max(1, configuration.limits().maxConnections() / node.shards().size());
    return new Links(loops.loops(), Parts.connection(configuration), most);
  }

  /** What it was started with; its port may be 0 where {@link #port()} is not. */
  public Configuration configuration() {
    return configuration;
  }

  /** The TCP port that is listened at; 0 with a Unix socket. */
  public int port() {
    return listener.port();
  }

  /**
   * Publishes a message in the server's own name.
   *
   * @param room 1 to 200 characters, see {@link RoomName}
   * @return completes when the message has a place, or with {@link PublishException}
   * @throws IllegalArgumentException when the room's name is none
   */
  public CompletableFuture<Position> publish(String room, Draft draft) {
    return room(room).publish(draft);
  }

  private CompletableFuture<PublishApi.Outcome> append(RoomName room, Draft draft) {
    var answer = new CompletableFuture<PublishApi.Outcome>();
    node.publish(
        room,
        draft,
        (result, readers) -> answer.complete(new PublishApi.Outcome(room, result, readers)));
    return answer;
  }

  /** Publishes a text in the server's own name; as {@link #publish(String, Draft)}. */
  public CompletableFuture<Position> publish(String room, String text) {
    return room(room).publish(text);
  }

  /**
   * A room, to publish to it and to see what is there. It need not exist yet.
   *
   * @param name 1 to 200 characters, see {@link RoomName}
   * @throws IllegalArgumentException when the name is none
   */
  public ServerRoom room(String name) {
    return new ServerRoom(node, broker, RoomName.of(name));
  }

  /** A room whose messages all carry one type, as JSON; as {@link #room(String)}. */
  public <T> TypedRoom<T> room(String name, Class<T> type) {
    return new TypedRoom<>(room(name), type);
  }

  /** The clients, to ask them and to end them. */
  public Clients clients() {
    return new Clients(node, broker);
  }

  /**
   * Waits until the server has been closed. The end of the process (SIGTERM, control-C) closes it
   * in good order.
   */
  public void awaitShutdown() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "carillon-shutdown"));
    awaitClosed();
  }

  /** Waits until the server has been closed by somebody. An interrupt closes it. */
  public void awaitClosed() {
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  /** Whether the server has begun to end: it is not ready for new clients. */
  public boolean isDraining() {
    return draining.get();
  }

  /**
   * Ends in good order: is no longer ready, tells each client goodbye with its own moment to come
   * back, closes connections with 1001, and returns when all are gone or {@link Drain#time()} is
   * over. Closing again waits for the first.
   */
  @Override
  public void close() {
    if (draining.compareAndSet(false, true)) {
      Drain drain = configuration.drain();
      try {
        loops.drain(Disconnect.GOING_AWAY, drain.spread(), drain.time()).join();
      } finally {
        listener.close();
        broker.close(); // before the loops, on which it answers
        loops.close();
        ended.countDown();
      }
      return;
    }
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
