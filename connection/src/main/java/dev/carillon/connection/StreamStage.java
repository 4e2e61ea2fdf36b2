package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.EventStream;
import dev.carillon.core.spi.EventText;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Streaming;
import dev.carillon.core.spi.WireForm;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.ResponseHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An event stream: the answer to one request that goes on until somebody ends it, or what requests
 * fetch of it piece by piece. What the client says comes in requests beside it, by {@link Links}.
 */
final class StreamStage extends Stage implements Carrier, EventStream {
  private static final HttpFields FIELDS =
      HttpFields.of(
          "Content-Type", "text/event-stream",
          "Cache-Control", "no-store",
          "X-Accel-Buffering", "no",
          "X-Content-Type-Options", "nosniff",
          "Connection", "close");

  private final Connection connection;
  private final ConnectionSettings settings;
  private final Streaming streaming;
  private final HttpFields fields;
  private final @Nullable FetchedSocket fetched;
  private final RoomsTalk talk;
  private final int openedAt;
  private int saidAt;
  private int beatAt;
  private boolean begun;
  private long retryAfterMillis = 1000;
  private boolean ended;
  private @Nullable String link;

  /** What the client says; exists once it can be reached from beside. */
  private @Nullable Inbox inbox;

  /**
   * Prepares the answer to a request.
   *
   * @param fields further header lines
   * @param fetched the socket, where there is none and requests fetch what is sent
   */
  StreamStage(
      Connection connection,
      ConnectionSettings settings,
      Application.Rooms rooms,
      HttpFields fields,
      @Nullable FetchedSocket fetched) {
    Streaming own = rooms.protocol().streaming();
    if (own == null) {
      throw new IllegalStateException(rooms.protocol().name() + " is not spoken in event streams");
    }
    this.connection = connection;
    this.settings = settings;
    this.streaming = own;
    this.fields = fields;
    this.fetched = fetched;
    this.begun = fetched != null;
    this.openedAt = connection.loop().tickNumber();
    this.saidAt = openedAt;
    this.beatAt = openedAt;
    this.talk = new RoomsTalk(this, rooms);
    connection.outbox().framing(Framing.EVENTS);
  }

  void open() {
    connection.enter(this);
    talk.opened();
  }

  // -- To the client -----------------------------------------------------------------------------

  @Override
  public void begin() {
    if (!begun) {
      begun = true;
      put(new ResponseHead(200, "OK", FIELDS.with(fields)).toByteArray());
    }
  }

  @Override
  public void retryAfter(long millis) {
    retryAfterMillis = millis;
  }

  @Override
  public void send(Bytes events) {
    if (!ended) {
      begin();
      put(events.view());
      connection.loop().traffic().messageSent();
    }
  }

  @Override
  public void send(Payload.Kind frame, ByteBuffer bytes) {
    Bytes event = new Bytes(bytes.remaining() + 32);
    byte[] data = new byte[bytes.remaining()];
    bytes.get(bytes.position(), data);
    EventText.data(data, 0, data.length, event);
    EventText.end(event);
    send(event);
  }

  private void put(byte[] bytes) {
    put(ByteBuffer.wrap(bytes));
  }

  private void put(ByteBuffer bytes) {
    saidAt = connection.loop().tickNumber();
    connection.outbox().put(bytes);
  }

  @Override
  public void sentShared() {
    saidAt = connection.loop().tickNumber();
  }

  @Override
  public boolean canSend() {
    return !ended;
  }

  @Override
  public boolean overfull() {
    return connection.outbox().waiting() > settings.laneBytes();
  }

  @Override
  void writable() {
    if (connection.outbox().drain()) {
      if (!connection.outbox().blocked()) {
        connection.resume(Connection.LANE);
      }
      talk.writable();
    }
  }

  // -- From the client ---------------------------------------------------------------------------

  @Override
  public String link() {
    String own = link;
    if (own == null) {
      inbox = new Inbox(this, settings.limits().maxMessageBytes());
      String name = connection.loop().links().add(this);
      own = name;
      link = name;
      if (fetched != null) { // how it ended is fetched, too
        fetched.whenGone(() -> connection.loop().links().remove(name));
      }
    }
    return own;
  }

  /** The way in; only for a stream that has told its link. */
  Inbox inbox() {
    Inbox own = inbox;
    if (own == null) {
      throw new IllegalStateException("this stream has no link");
    }
    return own;
  }

  @Nullable FetchedSocket fetched() {
    return fetched;
  }

  /** One message of the client, valid UTF-8. */
  void message(ByteBuffer text) {
    connection.loop().traffic().messageReceived();
    talk.textCame(text);
    if (connection.outbox().waiting() > settings.laneBytes() / 2) {
      connection.pause(Connection.LANE);
    }
  }

  /** Whether its messages have to wait. */
  boolean paused() {
    return connection.paused();
  }

  @Override
  void resumed() {
    Inbox own = inbox;
    if (own != null) {
      connection.loop().later(own::goOn);
    }
  }

  /** A stream's client has nothing to say on it. */
  @Override
  void received(ByteBuffer in) {
    in.position(in.limit());
  }

  // -- The end -----------------------------------------------------------------------------------

  @Override
  public void close(CloseCode code, String reason) {
    if (ended) {
      return;
    }
    if (begun) {
      Bytes event = new Bytes(128);
      byte[] data =
          "{\"code\":%d,\"reason\":\"%s\"}"
              .formatted(code.value(), Refusal.escaped(reason))
              .getBytes(StandardCharsets.UTF_8);
      EventText.name("close", event);
      EventText.data(data, 0, data.length, event);
      EventText.end(event);
      put(event.view());
    } else {
      Refusal.send(connection, Refusal.head(status(code.value()), refused(code)), reason);
    }
    end(code, reason);
  }

  private HttpFields refused(CloseCode code) {
    return switch (status(code.value())) {
      case 401 -> fields.with("WWW-Authenticate", "Bearer");
      case 429, 503 -> // RFC 9110 10.2.3: whole seconds
          fields.with("Retry-After", Long.toString(Math.ceilDiv(retryAfterMillis, 1000)));
      default -> fields;
    };
  }

  private static int status(int code) {
    return switch (code) {
      case 4401 -> 401;
      case 1008, 4403, 4423 -> 403;
      case 4404 -> 404;
      case 1009, 4413 -> 413;
      case 4429 -> 429;
      case 1001, 1012, 1013, 4430 -> 503;
      case 1011 -> 500;
      default -> 400;
    };
  }

  /** The client has nothing more to say, for good. */
  void left() {
    if (!ended) {
      end(CloseCode.NORMAL, "");
    }
  }

  @Override
  void eof() {
    if (!ended) {
      end(CloseCode.ABNORMAL, "");
    }
  }

  @Override
  void closed() {
    if (!ended) {
      ended(CloseCode.ABNORMAL, "");
    }
  }

  @Override
  void leave(Disconnect why) {
    close(CloseCode.of(why.code()), why.words());
  }

  private void end(CloseCode code, String reason) {
    ended(code, reason);
    new Parting(connection, settings.timeouts().close(), true).begin();
  }

  private void ended(CloseCode code, String reason) {
    ended = true;
    Loop loop = connection.loop();
    loop.traffic().closed(code.value());
    // Later, as it may be the session itself that has just ended this.
    loop.later(() -> talk.closed(code, reason));
    if (link != null && fetched == null) {
      loop.links().remove(link);
    }
    if (inbox != null) {
      inbox.end();
    }
  }

  // -- Time --------------------------------------------------------------------------------------

  @Override
  void tick(int now) {
    Timeouts limits = settings.timeouts();
    if (ended) {
      return;
    }
    if (!talk.proven() && Timeouts.over(limits.authentication(), openedAt, now)) {
      String words = "not authenticated within %s s".formatted(limits.authentication().toSeconds());
      close(CloseCode.of(Disconnect.UNAUTHENTICATED.code()), words);
    } else if (begun) {
      if (Timeouts.over(limits.heartbeat(), saidAt, now)) {
        put(new byte[] {':', '\n', '\n'});
      }
      if (Timeouts.over(limits.heartbeat(), beatAt, now)) {
        beatAt = now;
        talk.beat();
      }
    }
    if (fetched != null) {
      fetched.tick(now, limits.heartbeat().plus(limits.pong()));
    }
  }

  @Override
  boolean stalled(int since, int now) {
    return Timeouts.over(settings.timeouts().stall(), since, now);
  }

  // -- For the talk ------------------------------------------------------------------------------

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Conversation converse(Application.Rooms rooms, Line line) {
    return streaming.open(rooms.opening(), line, this);
  }

  @Override
  public WireForm form(Protocol protocol) {
    return connection.loop().events(streaming);
  }
}
