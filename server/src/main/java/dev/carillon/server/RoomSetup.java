package dev.carillon.server;

import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What an application says of the rooms of one pattern. Confined to the thread that sets it up. */
public final class RoomSetup {
  private RoomSettings settings;
  private final Map<String, CallHandler> calls = new LinkedHashMap<>();
  private @Nullable MessageHandler message;
  private @Nullable JoinHandler join;
  private @Nullable LeaveHandler leave;
  private @Nullable RoomHandler opened;
  private @Nullable RoomHandler emptied;
  private boolean concurrent;

  RoomSetup(RoomSettings settings) {
    this.settings = settings;
  }

  // -- What the application does -----------------------------------------------------------------

  /** Has every message to these rooms judged before it is appended. */
  public RoomSetup onMessage(MessageHandler judge) {
    message = judge;
    return this;
  }

  /**
   * Answers the calls of one name that clients make in these rooms.
   *
   * @param event the calls' name
   */
  public RoomSetup onCall(String event, CallHandler handler) {
    calls.put(event, handler);
    return this;
  }

  /** Lets sessions into these rooms, or refuses them. */
  public RoomSetup onJoin(JoinHandler handler) {
    join = handler;
    return this;
  }

  /** Is told of sessions that have left these rooms. */
  public RoomSetup onLeave(LeaveHandler handler) {
    leave = handler;
    return this;
  }

  /** Is told before the first session joins one of these rooms on this node. */
  public RoomSetup onOpen(RoomHandler handler) {
    opened = handler;
    return this;
  }

  /** Is told after the last session has left one of these rooms on this node. */
  public RoomSetup onEmpty(RoomHandler handler) {
    emptied = handler;
    return this;
  }

  /**
   * Has the messages and calls of one connection handled side by side. Messages are still appended
   * in the order in which they were published; answers go out as they come.
   */
  public RoomSetup concurrent() {
    concurrent = true;
    return this;
  }

  // -- What holds for the rooms ------------------------------------------------------------------

  /** Keeps at most so many messages, of at most this age. */
  public RoomSetup retain(int count, Duration age) {
    settings = settings.withRetention(settings.retention().withCount(count).withAge(age));
    return this;
  }

  /** Keeps nothing: only the latest matters, and whoever is slow goes on with that. */
  public RoomSetup keepNothing() {
    settings = settings.withDelivery(RoomPolicy.Delivery.VOLATILE);
    return this;
  }

  /**
   * Gives whoever joins the newest message of each key first, and slow readers only those. Older
   * ones may come before it when the room was not in use for a while.
   */
  public RoomSetup latestOfEachKey() {
    settings =
        settings
            .withOnJoin(RoomPolicy.OnJoin.LATEST)
            .withSlowReaders(settings.slowReaders().withAction(SlowReaders.Action.CONFLATE));
    return this;
  }

  /** Shows members to each other, or does not. */
  public RoomSetup presence(boolean shown) {
    settings =
        settings.withPresence(shown ? RoomPolicy.Presence.Mode.FULL : RoomPolicy.Presence.Mode.OFF);
    return this;
  }

  /** Refuses larger payloads. */
  public RoomSetup maxMessage(ByteSize most) {
    settings = settings.withMaxMessage(most);
    return this;
  }

  /** Changes any other setting: {@code with(s -> s.withMaxMembers(8))}. */
  public RoomSetup with(UnaryOperator<RoomSettings> change) {
    settings = change.apply(settings);
    return this;
  }

  RoomSettings settings() {
    return settings;
  }

  Handlers handlers() {
    return new Handlers(message, calls, join, leave, opened, emptied, concurrent);
  }
}
