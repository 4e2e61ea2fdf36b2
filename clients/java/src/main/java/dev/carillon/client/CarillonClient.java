package dev.carillon.client;

import dev.carillon.client.CarillonException.Interrupted;
import dev.carillon.client.spi.Machine;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Roster;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Target;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One session with a server, over one connection at a time. It reconnects by itself, takes its
 * session up again, joins its rooms again from where they were, and sends again what was not
 * answered. Safe for use by many threads.
 *
 * <p>Calls that block are made for virtual threads; they throw {@link CarillonException}, whose
 * {@code code} says what happened. Each has a twin whose name ends in {@code Async}; what depends
 * on its future runs on virtual threads.
 *
 * {@snippet :
 * try (var client = CarillonClient.connect("ws://localhost:8080")) {
 *   var room = client.join("chat/lobby");
 *   room.publish("hello");
 *   System.out.println(room.next().data());
 * }
 * }
 */
public final class CarillonClient implements AutoCloseable {
  /** How long {@link #close()} waits for answers to publications. */
  public static final Duration DRAIN = Duration.ofSeconds(5);

  private static final Duration LAST = Duration.ofSeconds(3);
  private static final Executor VIRTUAL =
      task -> Thread.ofVirtual().name("carillon-client-async").start(task);

  private final Driver driver;
  private final Room inbox;
  private final Set<CompletableFuture<?>> unsettled = ConcurrentHashMap.newKeySet();
  private volatile ServerMessage.@Nullable Welcome welcome;

  private CarillonClient(Driver driver) {
    this.driver = driver;
    this.inbox = new Room(this, driver, Machine.INBOX, null);
    driver.inbox(inbox);
  }

  /**
   * Connects.
   *
   * @param address {@code ws://} or {@code wss://}; {@code /ws} is added to an address without a
   *     path
   * @throws CarillonException.ConnectFailed when the server cannot be reached
   * @throws CarillonException.ClientEnded when it does not want this client
   * @throws IllegalArgumentException when that is no address
   */
  public static CarillonClient connect(String address) {
    return connect(address, ClientOptions.DEFAULT);
  }

  /** Connects, with options. */
  public static CarillonClient connect(String address, ClientOptions options) {
    return join(connectInside(address, options));
  }

  /** Connects. */
  public static CompletableFuture<CarillonClient> connectAsync(
      String address, ClientOptions options) {
    return outside(connectInside(address, options));
  }

  private static CompletableFuture<CarillonClient> connectInside(
      String address, ClientOptions options) {
    CarillonClient client = new CarillonClient(new Driver(Address.of(address), options));
    return client
        .driver
        .start()
        .thenApply(
            answer -> {
              client.welcome = (ServerMessage.Welcome) answer;
              return client;
            });
  }

  // -- Who this is

  /** The name that this session began with, as others see it. */
  public String session() {
    ServerMessage.Welcome said = welcome;
    return said == null ? "" : said.session();
  }

  /** The user that the server took this client for; null when anonymous. */
  public @Nullable String user() {
    ServerMessage.Welcome said = welcome;
    return said == null ? null : said.user();
  }

  /** Whether there is a connection at this moment. */
  public boolean connected() {
    return driver.read(() -> driver.machine().connected());
  }

  // -- Rooms

  /**
   * What is said to this session, to its user and to everybody. It need not be joined; each message
   * says in {@code room} to whom it was said.
   */
  public Room inbox() {
    return inbox;
  }

  /** Reads a room from now on. */
  public Room join(String room) {
    return join(room, JoinOptions.DEFAULT);
  }

  /**
   * Reads a room, or with a wildcard every room that it matches, those that are there and those
   * that come up: {@code *} stands for one segment of a name, {@code **} at its end for one or
   * more.
   *
   * @throws CarillonException.RequestRefused when the server does not let this client in
   */
  public Room join(String room, JoinOptions options) {
    return join(joinInside(room, options));
  }

  /** Reads a room. */
  public CompletableFuture<Room> joinAsync(String room, JoinOptions options) {
    return outside(joinInside(room, options));
  }

  private CompletableFuture<Room> joinInside(String room, JoinOptions options) {
    ClientMessage.Join join =
        new ClientMessage.Join(
            0,
            room,
            options.start(),
            options.presence(),
            options.filter(),
            options.name(),
            options.ack());
    return driver.join(new Room(this, driver, room, options.name()), join);
  }

  // -- Publishing

  /** Publishes text to a room, joined or not. */
  public Published publish(String room, String text) {
    return publish(new Target.Room(room), Payload.text(text), PublishOptions.DEFAULT);
  }

  /**
   * Publishes to a room, a user, a session or everybody, and waits until the server has the
   * message. While there is no connection it waits for one; what was sent and not answered is sent
   * again, and taken once.
   *
   * @throws CarillonException.PublishRejected when it is certainly not there
   * @throws CarillonException.PublishUnknown when nobody can say
   * @throws CarillonException.OutboxFull when too much waits already
   */
  public Published publish(Target target, Payload data, PublishOptions options) {
    return join(publishInside(target, data, options));
  }

  /** Publishes to a room, a user, a session or everybody. */
  public CompletableFuture<Published> publishAsync(
      Target target, Payload data, PublishOptions options) {
    return outside(publishInside(target, data, options));
  }

  private CompletableFuture<Published> publishInside(
      Target target, Payload data, PublishOptions options) {
    ClientMessage.Publish message = options.message(target, data);
    CompletableFuture<ServerMessage> answer =
        driver.ask((machine, now, ticket) -> machine.publish(now, ticket, message));
    unsettled.add(answer);
    answer.whenComplete((said, error) -> unsettled.remove(answer));
    return answer.thenApply(said -> Published.of((ServerMessage.Published) said));
  }

  // -- Requests

  /** Reads a page of a room's past. */
  public HistoryPage history(String room, HistoryQuery query) {
    return join(historyInside(room, query));
  }

  /** Reads a page of a room's past. */
  public CompletableFuture<HistoryPage> historyAsync(String room, HistoryQuery query) {
    return outside(historyInside(room, query));
  }

  private CompletableFuture<HistoryPage> historyInside(String room, HistoryQuery query) {
    return driver
        .ask((machine, now, ticket) -> machine.request(now, ticket, id -> query.message(id, room)))
        .thenApply(said -> HistoryPage.of((ServerMessage.History) said));
  }

  /**
   * Reads a room's past, message by message, with as many pages as it takes: all of it, or as many
   * as the query's limit says. Each iteration reads anew, and is for one thread. A position of
   * another epoch, also of one that begins meanwhile, is {@code epoch_changed}.
   */
  public Iterable<Message> past(String room, HistoryQuery query) {
    return () -> new Past(page -> history(room, page), query);
  }

  /** Asks who is in a room. */
  public Roster members(String room) {
    return join(membersInside(room));
  }

  /** Asks who is in a room. */
  public CompletableFuture<Roster> membersAsync(String room) {
    return outside(membersInside(room));
  }

  private CompletableFuture<Roster> membersInside(String room) {
    return driver
        .ask(
            (machine, now, ticket) ->
                machine.request(now, ticket, id -> new ClientMessage.Members(id, room)))
        .thenApply(said -> ((ServerMessage.Members) said).roster());
  }

  /** Asks the application, and waits for the reply. */
  public Payload call(String event, Payload data) {
    return join(callInside(new ClientMessage.Call(1, null, null, event, data, null)));
  }

  /** Asks the application. */
  public CompletableFuture<Payload> callAsync(String event, Payload data) {
    return outside(callInside(new ClientMessage.Call(1, null, null, event, data, null)));
  }

  /**
   * Asks the application or another session, and waits for the reply. Not repeated after a lost
   * connection ({@code connection_lost}).
   *
   * @param room the room in which it is asked, or null
   * @param member the session asked; null for the application
   * @param timeout how long to wait; null for the server's choice
   */
  public CompletableFuture<Payload> callAsync(
      @Nullable String room,
      @Nullable String member,
      String event,
      Payload data,
      @Nullable Duration timeout) {
    Long millis = timeout == null ? null : timeout.toMillis();
    return outside(callInside(new ClientMessage.Call(1, room, member, event, data, millis)));
  }

  private CompletableFuture<Payload> callInside(ClientMessage.Call call) {
    return driver
        .ask((machine, now, ticket) -> machine.call(now, ticket, call))
        .thenApply(said -> (Payload) ((ServerMessage.Reply) said).answer());
  }

  /** Answers calls of this name from now on, in place of the handler before. */
  public void onCall(String event, CallHandler handler) {
    driver.answering().handle(event, handler);
  }

  // -- The end

  /** Ends the session, after {@link #DRAIN} at most. */
  @Override
  public void close() {
    close(DRAIN);
  }

  /**
   * Ends the session. Publications that are under way are waited for, while there is a connection;
   * what is left fails.
   */
  public void close(Duration drain) {
    if (!unsettled.isEmpty() && connected()) {
      awaitQuietly(CompletableFuture.allOf(unsettled.toArray(CompletableFuture[]::new)), drain);
    }
    awaitQuietly(driver.close(), LAST);
  }

  private static void awaitQuietly(CompletableFuture<?> what, Duration atMost) {
    try {
      what.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Whoever asked is told by the future; closing goes on.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // -- From one thread to another

  static <T> T join(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Interrupted("interrupted while waiting for an answer", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** What the application puts behind a future does not run on the driver's thread. */
  static <T> CompletableFuture<T> outside(CompletableFuture<T> inside) {
    return inside.thenApplyAsync(Function.identity(), VIRTUAL);
  }
}
