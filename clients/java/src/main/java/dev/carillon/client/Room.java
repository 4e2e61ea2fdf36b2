package dev.carillon.client;

import dev.carillon.client.CarillonException.RoomEnded;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Member;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Roster;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Target;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A room that was joined, or several: those that a wildcard matches, or the inbox; each event then
 * says which room it is from, and the end of one does not end the others. Reading survives lost
 * connections. Each event goes to one taker: to {@link #next()}, to {@link #nextEvent()}, or to the
 * listener of {@link #onEvent}. Safe for use by many threads.
 */
public final class Room implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.carillon.client");

  private final CarillonClient client;
  private final Driver driver;
  private final String name;
  private final @Nullable String subscription;
  private final Unread unread;
  private final AtomicBoolean aside = new AtomicBoolean();

  Room(CarillonClient client, Driver driver, String name, @Nullable String subscription) {
    this.client = client;
    this.driver = driver;
    this.name = name;
    this.subscription = subscription;
    this.unread = new Unread(driver.options().bounds());
  }

  /** Its name. */
  public String name() {
    return name;
  }

  // -- Reading

  /**
   * The next message, waiting for it. What else the room tells is passed over; a loss is logged. An
   * application that must see a loss reads with {@link #nextEvent()}.
   *
   * @throws CarillonException.RoomEnded when the room has ended
   * @throws CarillonException.ClientEnded when the client has
   */
  public Message next() {
    while (true) {
      if (nextEvent() instanceof Message message) {
        return message;
      }
    }
  }

  /** The next message; null when none has come for so long. */
  public @Nullable Message next(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      RoomEvent event = take(end - System.nanoTime());
      if (event == null || event instanceof Message) {
        return (Message) event;
      }
    }
  }

  /** The next of everything that the room tells, waiting for it. */
  public RoomEvent nextEvent() {
    RoomEvent event = null;
    while (event == null) {
      event = take(Long.MAX_VALUE);
    }
    return event;
  }

  /** The next of everything that the room tells; null when nothing has come for so long. */
  public @Nullable RoomEvent nextEvent(Duration timeout) {
    return take(timeout.toNanos());
  }

  private @Nullable RoomEvent take(long nanos) {
    RoomEvent event = unread.take(nanos);
    boolean lost =
        event instanceof RoomEvent.Gap
            || event instanceof RoomEvent.Reset
            || (event instanceof RoomEvent.Missing missing && missing.lost());
    if (lost) {
      LOG.log(Level.WARNING, "messages were lost to this reader: {0}", event);
    }
    if (aside.get() && unread.isHalfEmpty() && aside.compareAndSet(true, false)) {
      driver.post(() -> driver.takeUp(this));
    }
    return event;
  }

  /**
   * Has a listener told everything, one after the other, on a virtual thread of its own, until the
   * room ends; the last event is then {@link RoomEvent.Ended}.
   */
  public void onEvent(Consumer<RoomEvent> listener) {
    Thread.ofVirtual().name("carillon-client-room").start(() -> tell(listener));
  }

  private void tell(Consumer<RoomEvent> listener) {
    RoomEvent event = null;
    while (!(event instanceof RoomEvent.Ended) || !event.room().equals(name)) {
      try {
        event = nextEvent();
      } catch (CarillonException e) {
        event = new RoomEvent.Ended(name, e);
      }
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "a listener of the room " + name + " failed", e);
      }
    }
  }

  /**
   * Up to where this client has received. Hand it to {@link JoinOptions#from} to go on there
   * another time, once everything before it was taken. Null when the room has ended, and for a
   * wildcard and the inbox, whose rooms have positions of their own.
   */
  public @Nullable Position position() {
    return driver.read(() -> new Place(driver.machine().position(name))).position();
  }

  private record Place(@Nullable Position position) {}

  // -- Presence

  /** Who is here, kept up to date; empty unless joined with {@link JoinOptions#withPresence}. */
  public List<Member> presence() {
    return driver.read(() -> driver.machine().members(name));
  }

  /** How many are here; a large room tells only this. 0 unless joined with presence. */
  public long memberCount() {
    return driver.read(() -> driver.machine().memberCount(name));
  }

  /** Asks the server who is here, joined with presence or not. */
  public Roster members() {
    return client.members(name);
  }

  /** Says something of oneself, in JSON. Said again by itself after a new session. */
  public void state(String json) {
    CarillonClient.join(stateInside(Payload.json(json)));
  }

  /** Says something of oneself; null takes back what was said. */
  public CompletableFuture<Void> stateAsync(@Nullable Payload state) {
    return CarillonClient.outside(stateInside(state)).thenAccept(done -> {});
  }

  private CompletableFuture<ServerMessage> stateInside(@Nullable Payload state) {
    return driver.ask((machine, now, ticket) -> machine.state(now, ticket, name, state));
  }

  // -- Talking

  /** Publishes text, and waits until the server has it. */
  public Published publish(String text) {
    return publish(Payload.text(text), PublishOptions.DEFAULT);
  }

  /** Publishes text, JSON or bytes, and waits until the server has them. */
  public Published publish(Payload data) {
    return publish(data, PublishOptions.DEFAULT);
  }

  /** Publishes, and waits until the server has it; see {@link CarillonClient#publish}. */
  public Published publish(Payload data, PublishOptions options) {
    return client.publish(new Target.Room(name), data, options);
  }

  /** Publishes. */
  public CompletableFuture<Published> publishAsync(Payload data, PublishOptions options) {
    return client.publishAsync(new Target.Room(name), data, options);
  }

  /** Publishes text. */
  public CompletableFuture<Published> publishAsync(String text) {
    return publishAsync(Payload.text(text), PublishOptions.DEFAULT);
  }

  /** Reads a page of the past. */
  public HistoryPage history(HistoryQuery query) {
    return client.history(name, query);
  }

  /** Reads the past, message by message; see {@link CarillonClient#past}. */
  public Iterable<Message> past(HistoryQuery query) {
    return client.past(name, query);
  }

  /** Asks the application about this room, and waits for the reply. */
  public Payload call(String event, Payload data) {
    return CarillonClient.join(client.callAsync(name, null, event, data, null));
  }

  /** Asks another session that is here, and waits for the reply. */
  public Payload call(String member, String event, Payload data) {
    return CarillonClient.join(client.callAsync(name, member, event, data, null));
  }

  // -- Acknowledgement

  /**
   * Everything up to this message has been dealt with. In a room joined with {@link
   * JoinOptions#withAck} or {@link JoinOptions#withName}.
   */
  public void ack(Message message) {
    driver.post(
        () ->
            driver
                .machine()
                .say(new ClientMessage.Ack(name, message.epoch(), message.offset(), subscription)));
  }

  /**
   * This message could not be dealt with, and should come again: with everything behind what was
   * acknowledged, the lowest of which has then failed once more. Acknowledge what was dealt with
   * before.
   *
   * @param reason why, for whoever reads the dead letters
   */
  public void nack(Message message, @Nullable String reason) {
    driver.post(
        () ->
            driver
                .machine()
                .say(
                    new ClientMessage.Nack(
                        name, message.epoch(), message.offset(), subscription, reason)));
  }

  // -- The end

  /** Stops reading. What has come already can still be taken. */
  public void leave() {
    CarillonClient.join(leaveInside());
  }

  /** Stops reading. */
  public CompletableFuture<Void> leaveAsync() {
    return CarillonClient.outside(leaveInside()).thenAccept(done -> {});
  }

  private CompletableFuture<ServerMessage> leaveInside() {
    unread.end(new RoomEnded("left", "the room " + name + " was left"));
    return driver.leave(this);
  }

  /** Leaves. */
  @Override
  public void close() {
    leave();
  }

  /** On the driver's thread; true when the event's room is to be set aside. */
  boolean put(RoomEvent event) {
    boolean enough = unread.put(event);
    if (event instanceof RoomEvent.Ended(var room, var error) && room.equals(name)) {
      unread.end(error);
      return false;
    }
    if (enough) {
      aside.set(true);
    }
    return enough;
  }

  /** On the driver's thread. */
  void end(CarillonException error) {
    unread.end(error);
  }
}
