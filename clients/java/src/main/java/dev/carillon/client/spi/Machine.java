package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.ClientEnded;
import dev.carillon.wire.Answer;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Member;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Problem;
import dev.carillon.wire.Secret;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One client as a state machine: what happens goes in together with the time, and {@link #take()}
 * gives what is to be done. No I/O, no clock, no threads; confined to whoever calls it.
 *
 * <p>{@code now} is in milliseconds of any clock that never goes back. A ticket is the caller's
 * name for a command, which {@link Output.Answer} and {@link Output.Fail} repeat; with {@link
 * #NOBODY} nobody is told. {@code spec/scenarios} say what a machine does.
 */
public final class Machine {
  /** The ticket of a command whose end nobody waits for. */
  public static final long NOBODY = 0;

  /** What the messages for this session, its user and everybody are delivered to. */
  public static final String INBOX = "$inbox";

  /** The time at which nothing is due. */
  public static final long NEVER = Long.MAX_VALUE;

  private final Speaker speaker;
  private final Requests requests;
  private final Rooms rooms;
  private final Publishing publishing;
  private final Life life;
  private final Tokens tokens;
  private final Dispatch dispatch;

  /** A client that has not begun. */
  public Machine(MachineOptions options, RandomGenerator random) {
    speaker = new Speaker(options.sizeOf());
    requests = new Requests(speaker);
    rooms = new Rooms(speaker, requests, random);
    Outbox outbox = new Outbox(options, random);
    publishing = new Publishing(speaker, outbox, options.publisher());
    tokens = new Tokens(speaker, options.renewable());
    life = new Life(options, speaker, random, new Connected());
    dispatch = new Dispatch(speaker, life, tokens, requests, rooms, publishing);
  }

  /** What has to know when there is no connection. */
  private final class Connected implements Life.Parts {
    @Override
    public void disconnected(long heard) {
      tokens.disconnected();
      rooms.disconnected(heard);
      requests.disconnected();
      publishing.disconnected();
    }

    @Override
    public void forgetPositions() {
      rooms.forgetPositions();
    }

    @Override
    public void ended(CarillonException error) {
      tokens.disconnected();
      rooms.end(error);
      requests.end(error);
      publishing.end(error);
    }
  }

  /** What is to be done, in order. Empty until the next input. */
  public List<Output> take() {
    return speaker.take();
  }

  // -- The connection

  /** Begins. The ticket is answered with the first welcome. */
  public void connect(long now, long ticket) {
    if (life.state() == Life.State.IDLE) {
      life.connect(ticket, now);
    }
  }

  /** The connection that was asked for is there. */
  public void opened(long now, @Nullable Secret token) {
    if (life.state() == Life.State.CONNECTING) {
      life.opened(token, now);
    }
  }

  /**
   * It could not be made.
   *
   * @param error if it is not retryable, the client ends
   * @param retryAfter how long the other side asks to wait
   */
  public void failed(long now, CarillonException error, @Nullable Duration retryAfter) {
    if (life.state() == Life.State.CONNECTING) {
      life.failed(error, retryAfter, now);
    }
  }

  /** It is no more. */
  public void closed(long now, int code, String reason) {
    if (life.hasConnection()) {
      life.closed(code, reason, now);
    }
  }

  /** What came is no message, or too large for one. */
  public void unreadable(long now, String words) {
    if (speaksWithServer()) {
      life.unreadable(new CarillonException.BadMessage(words), now);
    }
  }

  /** The application is done. */
  public void close(long now) {
    if (life.state() != Life.State.ENDED) {
      life.close();
    }
  }

  /**
   * The network or the machine has changed: what is there is checked, and what waits does not wait
   * longer, unless the server gave it a slot.
   *
   * @param networkIsBack false when it has just gone
   */
  public void wake(long now, boolean networkIsBack) {
    life.wake(networkIsBack, now);
  }

  /** Whether a welcome has come, and no end since. */
  public boolean connected() {
    return life.state() == Life.State.CONNECTED;
  }

  private boolean speaksWithServer() {
    return life.state() == Life.State.GREETING || life.state() == Life.State.CONNECTED;
  }

  // -- Time

  /** When {@link #tick} is due, or {@link #NEVER}. */
  public long deadline() {
    long first = Math.min(life.deadline(), Math.min(requests.deadline(), rooms.deadline()));
    if (connected()) {
      first = Math.min(first, Math.min(unansweredAt(), tokens.deadline()));
      first = Math.min(first, publishing.deadline());
    }
    return first;
  }

  /** Time has passed. */
  public void tick(long now) {
    requests.tick(now);
    rooms.tick(now);
    life.tick(now);
    if (connected() && now >= unansweredAt()) {
      life.silent("the server leaves requests unanswered", now);
    }
    if (connected()) {
      tokens.tick(now);
      publishing.pump(now);
    }
  }

  private long unansweredAt() {
    long oldest = Math.min(publishing.oldestSent(), rooms.oldestJoin());
    return oldest == NEVER ? NEVER : oldest + Rules.ANSWER;
  }

  // -- Commands

  /** Reads a room. Answered with {@link ServerMessage.Joined}; the join's id is not looked at. */
  public void join(long now, long ticket, ClientMessage.Join join) {
    if (!over(ticket)) {
      rooms.join(ticket, join, now);
    }
  }

  /** Stops reading a room. */
  public void leave(long now, long ticket, String room) {
    rooms.leave(ticket, room, now);
  }

  /**
   * Publishes, once, however often it has to be sent. Answered with {@link
   * ServerMessage.Published}.
   *
   * @param said the publication; its id and its count are not looked at
   */
  public void publish(long now, long ticket, ClientMessage.Publish said) {
    if (!over(ticket)) {
      publishing.publish(new Publication(ticket, said), now);
    }
  }

  /** How many publications wait for their answer. */
  public int unsettled() {
    return publishing.waiting();
  }

  /**
   * Asks for history or members. Sent again on the next connection.
   *
   * @param request makes the message with the number that it is given
   */
  public void request(long now, long ticket, LongFunction<ClientMessage> request) {
    if (!over(ticket)) {
      requests.add(Request.repeated(ticket, request, null), now);
    }
  }

  /**
   * Asks the application or another session. Not sent twice. Answered with {@link
   * ServerMessage.Reply}.
   *
   * @param call the call; its id is not looked at
   */
  public void call(long now, long ticket, ClientMessage.Call call) {
    if (over(ticket)) {
      return;
    }
    LongFunction<ClientMessage> numbered =
        id ->
            new ClientMessage.Call(
                id, call.room(), call.member(), call.event(), call.payload(), call.timeout());
    Long wish = call.timeout();
    long timeout = wish == null ? Rules.REQUEST : wish + Rules.CALL_GRACE;
    requests.add(Request.call(ticket, numbered, call.payload(), timeout), now);
  }

  /** Says something of oneself to a room's presence; null takes it back. */
  public void state(long now, long ticket, String room, @Nullable Payload state) {
    if (!over(ticket)) {
      rooms.state(ticket, room, state, now);
    }
  }

  /** Says what has no answer and is of no use later: ack and nack. */
  public void say(ClientMessage message) {
    if (speaker.maySpeak()) {
      speaker.say(message);
    }
  }

  /** The application's answer to {@link Output.Asked}, on the connection that asked. */
  public void reply(long id, Answer answer) {
    if (!speaker.maySpeak()) {
      return;
    }
    ClientMessage reply = new ClientMessage.Reply(id, answer);
    if (speaker.tooLarge(reply, answer instanceof Payload payload ? payload : null)) {
      reply = new ClientMessage.Reply(id, Problem.of(ErrorCode.TOO_LARGE));
    }
    speaker.say(reply);
  }

  /** Hands in the token that {@link Output.NeedToken} asked for. */
  public void refresh(long now, Secret token) {
    if (connected()) {
      requests.add(Request.repeated(NOBODY, id -> new ClientMessage.Refresh(id, token), null), now);
    }
  }

  /** The application does not keep up with a room: the server is to keep what comes. */
  public void setAside(long now, String room) {
    rooms.setAside(room, now);
  }

  /** It has caught up. */
  public void takeUp(long now, String room) {
    rooms.takeUp(room, now);
  }

  /** Where a room's reader stands; null when that is not known. */
  public @Nullable Position position(String room) {
    Reader reader = rooms.get(room);
    return reader == null ? null : reader.reading.position();
  }

  /** Who is in a room, for one joined with presence; else empty. */
  public List<Member> members(String room) {
    Reader reader = rooms.get(room);
    return reader == null ? List.of() : reader.presence.members();
  }

  /** How many are in a room, for one joined with presence; else 0. */
  public long memberCount(String room) {
    Reader reader = rooms.get(room);
    return reader == null ? 0 : reader.presence.count();
  }

  private boolean over(long ticket) {
    if (life.state() != Life.State.ENDED) {
      return false;
    }
    speaker.fail(ticket, new ClientEnded("closed", "the client has ended", null));
    return true;
  }

  // -- What the server says

  /** A frame came. */
  public void received(long now, FromServer frame) {
    if (speaksWithServer()) {
      dispatch.received(frame, now);
    }
  }
}
