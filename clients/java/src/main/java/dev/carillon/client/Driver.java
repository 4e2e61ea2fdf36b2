package dev.carillon.client;

import dev.carillon.client.CarillonException.Interrupted;
import dev.carillon.client.spi.Machine;
import dev.carillon.client.spi.MachineOptions;
import dev.carillon.client.spi.Output;
import dev.carillon.websocket.CloseCode;
import dev.carillon.wire.Answer;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ClientName;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Secret;
import dev.carillon.wire.ServerMessage;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a client's machine on a clock, a socket and a virtual thread, which owns it. Other threads
 * hand it tasks; {@link #ask} and {@link #post} are safe for any of them.
 */
final class Driver {
  /** A command for the machine. */
  @FunctionalInterface
  interface Command {
    void give(Machine machine, long now, long ticket);
  }

  /** Tasks that wait for the driver; beyond it whoever brings one waits. */
  private static final int MAX_TASKS = 4096;

  /** More than this between the two clocks means that the machine slept. */
  private static final long SLEPT_MILLIS = 5_000;

  private static final ServerMessage NOTHING = new ServerMessage.Done(1);

  private final ClientOptions options;
  private final Machine machine;
  private final Listening listening;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>(MAX_TASKS);
  private final ReentrantLock afterwards = new ReentrantLock();
  private final Map<Long, CompletableFuture<ServerMessage>> waiting = new LinkedHashMap<>();
  private final Map<String, Room> rooms = new LinkedHashMap<>();
  private final Answering answering;
  private final Connector connector;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private long tickets;
  private boolean wasConnected;
  private boolean ended;
  private volatile boolean over;

  Driver(Address address, ClientOptions options) {
    this.options = options;
    SecureRandom random = new SecureRandom();
    byte[] name = new byte[16];
    random.nextBytes(name);
    String publisher = options.publisher();
    machine =
        new Machine(
            new MachineOptions(
                new ClientName("carillon-client-java", "0.1.0"),
                publisher == null ? HexFormat.of().formatHex(name) : publisher,
                System.currentTimeMillis(), // a publisher that comes back counts in a newer one
                options.renewable(),
                options.bounds().outboxMessages(),
                options.bounds().outboxBytes(),
                Driver::sizeOf),
            random);
    listening = new Listening(options.listener());
    answering = new Answering(this);
    connector = new Connector(this, address, options);
  }

  private static int sizeOf(ClientMessage message) {
    ByteSink sink = new ByteSink(1024);
    new JsonCodec().encode(message, sink);
    return sink.size();
  }

  /** Begins; completed with the welcome. */
  CompletableFuture<ServerMessage> start() {
    CompletableFuture<ServerMessage> welcome =
        ask((connecting, now, ticket) -> connecting.connect(now, ticket));
    Thread.ofVirtual().name("carillon-client").start(this::run);
    return welcome;
  }

  Answering answering() {
    return answering;
  }

  // -- For any thread

  /** Gives the machine a command, and completes with its answer. */
  CompletableFuture<ServerMessage> ask(Command command) {
    CompletableFuture<ServerMessage> answer = new CompletableFuture<>();
    post(
        () -> {
          long ticket = ++tickets;
          waiting.put(ticket, answer);
          command.give(machine, now(), ticket);
        });
    return answer;
  }

  /** Has something done on the driver's thread. Waits while too much is waiting. */
  void post(Runnable task) {
    try {
      tasks.put(task);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Interrupted("interrupted before anything was asked for", e);
    }
    if (over) {
      runTheRest();
    }
  }

  /** What is handed in after the end is refused by the machine, on the thread that brings it. */
  private void runTheRest() {
    afterwards.lock();
    try {
      Runnable task = tasks.poll();
      while (task != null) {
        task.run();
        carryOut();
        task = tasks.poll();
      }
    } finally {
      afterwards.unlock();
    }
  }

  /** Reads something of the machine's, on its own thread. */
  <T> T read(Supplier<T> what) {
    CompletableFuture<T> value = new CompletableFuture<>();
    post(() -> value.complete(what.get()));
    return CarillonClient.join(value);
  }

  Machine machine() {
    return machine;
  }

  /** Answers a call, if the connection that it came on is still there. */
  void reply(@Nullable Link asked, long id, Answer answer) {
    if (asked != null && asked == connector.link()) {
      machine.reply(id, answer);
    }
  }

  @Nullable Link link() {
    return connector.link();
  }

  /** Ends the client; completed when nothing more happens. */
  CompletableFuture<Void> close() {
    post(() -> machine.close(now()));
    return gone;
  }

  ClientOptions options() {
    return options;
  }

  // -- The driver's own thread

  static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - BEGINNING);
  }

  private static final long BEGINNING = System.nanoTime();

  private void run() {
    long skew = System.currentTimeMillis() - now();
    try {
      while (!ended) {
        long wait = Math.max(0, Math.min(machine.deadline() - now(), 60_000));
        Runnable task = tasks.poll(wait, TimeUnit.MILLISECONDS);
        long slept = System.currentTimeMillis() - now() - skew;
        if (Math.abs(slept) > SLEPT_MILLIS) {
          skew += slept;
          machine.wake(now(), true);
        }
        for (int i = 0; task != null; i++) {
          task.run();
          carryOut();
          task = i < 100 ? tasks.poll() : null;
        }
        if (now() >= machine.deadline()) {
          machine.tick(now());
        }
        carryOut();
        connector.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      machine.close(now());
      carryOut();
    } finally {
      over = true;
      runTheRest();
      gone.complete(null);
    }
  }

  void carryOut() {
    List<Output> outputs = machine.take();
    while (!outputs.isEmpty()) {
      outputs.forEach(this::carryOut);
      outputs = machine.take();
    }
  }

  private void carryOut(Output output) {
    switch (output) {
      case Output.Open open -> connector.dial();
      case Output.Send(var message) -> connector.send(message);
      case Output.HangUp(var code, var reason) -> connector.hangUp(code, reason);
      case Output.Deliver(var to, var event) -> deliver(to, event);
      case Output.Tell(var event) -> told(event);
      case Output.Answer(var ticket, var answer) ->
          complete(ticket, future -> future.complete(answer == null ? NOTHING : answer));
      case Output.Fail(var ticket, var error) ->
          complete(ticket, future -> future.completeExceptionally(error));
      case Output.Asked(var call) -> answering.asked(call);
      case Output.NeedToken needed -> renew();
    }
  }

  private void complete(long ticket, Consumer<CompletableFuture<ServerMessage>> how) {
    CompletableFuture<ServerMessage> future = waiting.remove(ticket);
    if (future != null) {
      how.accept(future);
    }
  }

  private void told(ClientEvent event) {
    listening.tell(event);
    switch (event) {
      case ClientEvent.Connected connected -> wasConnected = true;
      case ClientEvent.Waiting(var retryIn, var error) -> {
        if (!wasConnected && !options.keepTrying()) {
          // The first attempt failed, and somebody waits to be told so.
          waiting.values().forEach(future -> future.completeExceptionally(error));
          waiting.clear();
          machine.close(now());
        }
      }
      case ClientEvent.Ended(var error) -> {
        ended = true;
        rooms.values().forEach(room -> room.end(error));
        rooms.clear();
        connector.hangUp(CloseCode.NORMAL.value(), "");
      }
      case ClientEvent.Connecting connecting -> {}
      case ClientEvent.Trouble trouble -> {}
    }
  }

  // -- Rooms

  /** Has the inboxes read; before {@link #start}. */
  void inbox(Room room) {
    rooms.put(room.name(), room);
  }

  /** Joins; the room is there before anything of it can come. */
  CompletableFuture<Room> join(Room room, ClientMessage.Join join) {
    CompletableFuture<ServerMessage> joined =
        ask(
            (asked, now, ticket) -> {
              Room before = rooms.putIfAbsent(room.name(), room);
              asked.join(now, ticket, join);
              if (before == null) {
                CompletableFuture<ServerMessage> answer = waiting.get(ticket);
                if (answer != null) {
                  answer.whenComplete(
                      (message, error) -> {
                        if (error != null) {
                          rooms.remove(room.name(), room);
                        }
                      });
                }
              }
            });
    return joined.thenApply(answer -> room);
  }

  CompletableFuture<ServerMessage> leave(Room room) {
    return ask(
        (asked, now, ticket) -> {
          if (rooms.remove(room.name(), room)) {
            asked.leave(now, ticket, room.name());
          } else {
            complete(ticket, future -> future.complete(NOTHING));
          }
        });
  }

  /** A room's application has caught up. */
  void takeUp(Room room) {
    if (rooms.get(room.name()) == room) {
      machine.takeUp(now(), room.name());
    }
  }

  private void deliver(String to, RoomEvent event) {
    Room room = rooms.get(to);
    if (room == null) {
      return;
    }
    if (event instanceof RoomEvent.Ended && event.room().equals(to)) {
      rooms.remove(to);
    }
    if (room.put(event)) {
      machine.setAside(now(), event.room());
    }
  }

  // -- Tokens

  private void renew() {
    Supplier<Secret> tokens = options.token();
    if (tokens != null) {
      Thread.ofVirtual()
          .name("carillon-client-token")
          .start(
              () -> {
                Secret token = tokens.get();
                post(() -> machine.refresh(now(), token));
              });
    }
  }
}
