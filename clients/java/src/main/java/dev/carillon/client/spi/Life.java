package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.ClientEnded;
import dev.carillon.client.CarillonException.ConnectionLost;
import dev.carillon.client.ClientEvent;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Disconnect.ComeBack;
import dev.carillon.wire.Problem;
import dev.carillon.wire.Secret;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a connection is opened, taken for dead, and tried again.
 *
 * <pre>
 * IDLE --connect--> CONNECTING --opened--> GREETING --welcome--> CONNECTED
 *                    ^       | failed          | closed               | closed
 *                    |       v                 v                      v
 *                    +----WAITING <------------+----------------------+
 * every one of them --close, or a close code that says never--> ENDED
 * </pre>
 */
final class Life {
  /** Where a client is. */
  enum State {
    IDLE,
    CONNECTING,
    GREETING,
    CONNECTED,
    WAITING,
    ENDED
  }

  /** What else has to know. */
  interface Parts {
    /**
     * There is no connection any more.
     *
     * @param heard when something was heard last, by the server's clock; NEVER if nothing was
     */
    void disconnected(long heard);

    /** The session is over, and positions with it. */
    void forgetPositions();

    /** The client is over. */
    void ended(CarillonException error);
  }

  private final MachineOptions options;
  private final Speaker speaker;
  private final Parts parts;
  private final Backoff backoff;
  private final Pulse pulse;
  private State state = State.IDLE;
  private long ticket;
  private long greeting;
  private @Nullable Secret resume;
  private long openedAt;
  private long welcomedAt = Machine.NEVER;
  private long serverTimeThen;
  private @Nullable Long slot;
  private long reopenAt = Machine.NEVER;
  private @Nullable Problem refusal;
  private int refusedTokens;

  Life(MachineOptions options, Speaker speaker, RandomGenerator random, Parts parts) {
    this.options = options;
    this.speaker = speaker;
    this.parts = parts;
    this.backoff = new Backoff(random);
    this.pulse = new Pulse(speaker);
  }

  State state() {
    return state;
  }

  Pulse pulse() {
    return pulse;
  }

  boolean hasConnection() {
    return state == State.CONNECTING || state == State.GREETING || state == State.CONNECTED;
  }

  void connect(long connectTicket, long now) {
    ticket = connectTicket;
    open(now);
  }

  private void open(long now) {
    reopenAt = Machine.NEVER;
    openedAt = now;
    slot = null;
    refusal = null;
    state = State.CONNECTING;
    speaker.emit(new Output.Tell(new ClientEvent.Connecting()));
    speaker.emit(new Output.Open());
  }

  void opened(@Nullable Secret token, long now) {
    pulse.begin(now);
    greeting = speaker.number();
    state = State.GREETING;
    speaker.say(new ClientMessage.Connect(greeting, token, resume, options.client(), null));
  }

  /** Whether this welcome is for us. */
  boolean welcomed(ServerMessage.Welcome welcome, long now) {
    if (welcome.id() != 0 && welcome.id() != greeting) {
      return false;
    }
    resume = welcome.resume();
    welcomedAt = now;
    serverTimeThen = welcome.serverTime();
    refusedTokens = 0;
    backoff.reset();
    pulse.promised(welcome.heartbeat());
    speaker.welcomed(welcome.limits().maxMessageBytes());
    state = State.CONNECTED;
    speaker.emit(
        new Output.Tell(
            new ClientEvent.Connected(welcome.session(), welcome.user(), welcome.resumed())));
    speaker.answer(ticket, welcome);
    ticket = Machine.NOBODY;
    return true;
  }

  /** The server closes behind this, and the code says more. */
  void notWelcome(Problem problem) {
    refusal = problem;
    if (problem.retryable()) {
      slot = problem.retryAfter();
    }
  }

  void goodbye(ServerMessage.Goodbye goodbye) {
    slot = goodbye.retryAfter();
    resume = goodbye.resume() == null ? resume : goodbye.resume();
  }

  void failed(CarillonException error, @Nullable Duration retryAfter, long now) {
    if (error.retryable()) {
      slot = retryAfter == null ? null : retryAfter.toMillis();
      await(error, now);
    } else {
      end(error);
    }
  }

  void closed(int code, String reason, long now) {
    ComeBack comeBack = Closing.comeBack(code);
    Problem problem = refusal;
    String name = problem == null ? Closing.name(code) : problem.code();
    String words = reason.isEmpty() ? "the connection was closed with " + code : reason;
    if (problem != null) {
      words = problem.message();
    }
    if (comeBack == ComeBack.WITH_NEW_TOKEN
        && (!options.renewable() || ++refusedTokens > Rules.REFUSED_TOKENS)) {
      comeBack = ComeBack.NEVER;
    }
    if (comeBack == ComeBack.NEVER) {
      end(new ClientEnded(name, words, null));
      return;
    }
    if (comeBack == ComeBack.WITHOUT_SESSION) {
      resume = null;
      parts.forgetPositions();
    }
    await(new ConnectionLost(name, words, true), now);
  }

  void unreadable(CarillonException error, long now) {
    judgeTrust(now);
    backoff.unreadable();
    speaker.emit(new Output.Tell(new ClientEvent.Trouble(error, null)));
    drop(Closing.BAD_MESSAGE, error, now);
  }

  void silent(String words, long now) {
    String code = Closing.name(Closing.NO_HEARTBEAT);
    drop(Closing.NO_HEARTBEAT, new ConnectionLost(code, words, true), now);
  }

  private void drop(int code, CarillonException error, long now) {
    String words = String.valueOf(error.getMessage());
    speaker.emit(new Output.HangUp(code, words.substring(0, Math.min(words.length(), 100))));
    await(error, now);
  }

  void wake(boolean networkIsBack, long now) {
    if (state == State.CONNECTED) {
      pulse.check(now);
    } else if (state == State.WAITING && networkIsBack && slot == null) {
      open(now);
    }
  }

  void close() {
    if (hasConnection()) {
      speaker.emit(new Output.HangUp(Closing.GOING, ""));
    }
    end(new ClientEnded("closed", "the client was closed", null));
  }

  private long serverTime(long at) {
    return serverTimeThen + at - welcomedAt;
  }

  private void judgeTrust(long now) {
    if (welcomedAt != Machine.NEVER && now - welcomedAt >= Rules.TRUSTED) {
      backoff.trust();
    }
  }

  private void await(CarillonException error, long now) {
    judgeTrust(now);
    boolean brief = welcomedAt == Machine.NEVER || now - welcomedAt < Rules.BRIEF;
    speaker.silence();
    boolean welcomed = welcomedAt != Machine.NEVER;
    long heard = welcomed ? serverTime(pulse.heardAt()) : Machine.NEVER;
    welcomedAt = Machine.NEVER;
    parts.disconnected(heard);
    Long asked = slot;
    long delay = asked == null ? 0 : Math.min(asked, Rules.LONGEST_SLOT);
    if (asked == null || brief) {
      delay = Math.max(delay, backoff.next());
    }
    reopenAt = now + delay;
    state = State.WAITING;
    speaker.emit(new Output.Tell(new ClientEvent.Waiting(Duration.ofMillis(delay), error)));
  }

  void end(CarillonException error) {
    if (state == State.ENDED) {
      return;
    }
    speaker.silence();
    reopenAt = Machine.NEVER;
    state = State.ENDED;
    speaker.fail(ticket, error);
    ticket = Machine.NOBODY;
    parts.ended(error);
    speaker.emit(new Output.Tell(new ClientEvent.Ended(error)));
  }

  long deadline() {
    return switch (state) {
      case WAITING -> reopenAt;
      case CONNECTING, GREETING -> openedAt + Rules.OPENING;
      case CONNECTED -> pulse.deadline();
      case IDLE, ENDED -> Machine.NEVER;
    };
  }

  void tick(long now) {
    switch (state) {
      case WAITING -> {
        if (now >= reopenAt) {
          open(now);
        }
      }
      case CONNECTING, GREETING -> {
        if (now >= openedAt + Rules.OPENING) {
          silent("the server gave no welcome in time", now);
        }
      }
      case CONNECTED -> {
        if (pulse.dead(now)) {
          silent("the server has fallen silent", now);
        }
      }
      case IDLE, ENDED -> {}
    }
  }
}
