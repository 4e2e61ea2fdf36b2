package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.WireForm;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Receiver;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An open WebSocket: the engine, and the application's {@link Talk} over it. Keeps the heartbeat
 * and the time limits, and bounds what the peer can make it do in one turn.
 */
final class WebSocketStage extends Stage implements Receiver, Carrier {
  /** The most frames that are taken in one go; then it is the next connection's turn. */
  private static final int TURN_FRAMES = 64;

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final Connection connection;
  private final ConnectionSettings settings;
  private final @Nullable Deflate deflate;
  private final Engine engine;
  private final boolean client;
  private final Talk talk;
  private final int openedAt;

  // Ticks; 0 is never.
  private int heardAt;
  private int messageAt;
  private int pingedAt;

  /** When the talk was last asked for a sign of life. */
  private int beatAt;

  private int receivingSince;
  private int closingSince;

  private WebSocketStage(
      Connection connection,
      ConnectionSettings settings,
      @Nullable Deflate deflate,
      boolean client,
      Application application,
      @Nullable String subprotocol) {
    Loop loop = connection.loop();
    this.connection = connection;
    this.settings = settings;
    this.deflate = deflate;
    this.client = client;
    this.engine =
        client
            ? Engine.client(settings.limits(), deflate, loop.masks(), connection.outbox())
            : Engine.server(settings.limits(), deflate, connection.outbox());
    this.talk =
        switch (application) {
          case Application.Rooms rooms -> new RoomsTalk(this, rooms);
          case Application.Bare(var handler) -> new BareTalk(this, handler, subprotocol);
        };
    this.openedAt = loop.tickNumber();
    this.heardAt = openedAt;
    this.beatAt = openedAt;
    this.messageAt = openedAt;
  }

  static WebSocketStage server(
      Connection connection,
      ConnectionSettings settings,
      Application application,
      @Nullable String subprotocol,
      @Nullable Deflate deflate) {
    return new WebSocketStage(connection, settings, deflate, false, application, subprotocol);
  }

  static WebSocketStage client(
      Connection connection,
      ConnectionSettings settings,
      Handler handler,
      @Nullable String subprotocol,
      @Nullable Deflate deflate) {
    Application application = new Application.Bare(handler);
    return new WebSocketStage(connection, settings, deflate, true, application, subprotocol);
  }

  void open() {
    connection.enter(this);
    connection.loop().traffic().upgrade();
    talk.opened();
  }

  // -- From the peer -----------------------------------------------------------------------------

  @Override
  void received(ByteBuffer in) {
    int now = connection.loop().tickNumber();
    if (talk.pongsSuffice()) {
      heard(now);
    }
    engine.receive(in, TURN_FRAMES, this);
    if (!engine.receiving()) {
      receivingSince = 0;
    } else if (receivingSince == 0) {
      receivingSince = now;
    }
    endIfClosed();
  }

  @Override
  public void take(Incoming incoming) {
    switch (incoming) {
      case Incoming.Text(var text) -> {
        messageCame();
        talk.textCame(text);
      }
      case Incoming.Binary(var payload) -> {
        messageCame();
        talk.binaryCame(payload);
      }
      case Incoming.Ping(var payload) -> talk.pinged(payload);
      case Incoming.Pong(var payload) -> talk.ponged(payload);
      case Incoming.Closed(var code, var reason) -> {
        connection.loop().traffic().closed(code.value());
        talk.closed(code, reason);
      }
      case Incoming.Part part -> throw new IllegalStateException("parts were not asked for");
    }
    if (connection.outbox().waiting() > settings.laneBytes() / 2 && engine.canSend()) {
      connection.pause(Connection.LANE);
    }
    if (connection.paused()) {
      engine.pause();
    }
  }

  private void messageCame() {
    int now = connection.loop().tickNumber();
    heard(now);
    messageAt = now;
    receivingSince = 0;
    connection.loop().traffic().messageReceived();
  }

  private void heard(int now) {
    heardAt = now;
    pingedAt = 0;
  }

  // -- To the peer -------------------------------------------------------------------------------

  boolean text(ByteBuffer utf8) {
    if (mayNotSend()) {
      return false;
    }
    engine.text(utf8);
    connection.loop().traffic().messageSent();
    return true;
  }

  boolean text(Utf8 text) {
    return text(text.bytes());
  }

  boolean binary(ByteBuffer payload) {
    if (mayNotSend()) {
      return false;
    }
    engine.binary(payload);
    connection.loop().traffic().messageSent();
    return true;
  }

  boolean ping(ByteBuffer payload) {
    if (mayNotSend()) {
      return false;
    }
    engine.ping(payload);
    return true;
  }

  private boolean mayNotSend() {
    return !engine.canSend() || overfull();
  }

  @Override
  public boolean overfull() {
    return connection.outbox().waiting() > settings.laneBytes();
  }

  @Override
  public boolean canSend() {
    return engine.canSend();
  }

  @Override
  public void send(Payload.Kind frame, ByteBuffer bytes) {
    if (frame == Payload.Kind.BINARY) {
      binary(bytes);
    } else {
      text(bytes);
    }
  }

  /** Frames that may be compressed for many went to the peer past the engine. */
  @Override
  public void sentShared() {
    if (deflate != null) {
      engine.sentShared();
    }
  }

  @Override
  public void close(CloseCode code, String reason) {
    if (engine.canSend()) {
      engine.close(code, reason);
      closingSince = connection.loop().tickNumber();
      connection.resume(~0); // the peer's Close has to be read, whatever else waits
    }
  }

  @Override
  int incomingBytes() {
    return engine.heldBytes();
  }

  @Override
  int expectedBytes() {
    return engine.expectedBytes();
  }

  @Override
  int pinnedBytes() {
    return talk.pinnedBytes();
  }

  /** Says why where the peer reads, and does not wait for its answer. */
  @Override
  void shed() {
    close(CloseCode.of(Disconnect.OVERLOADED.code()), Disconnect.OVERLOADED.words());
    connection.outbox().flush();
    if (connection.outbox().blocked()) {
      connection.socket().abort();
    } else {
      connection.socket().close();
    }
  }

  @Override
  void writable() {
    if (!connection.outbox().drain()) {
      return;
    }
    if (!connection.outbox().blocked()) {
      engine.answerPing();
      connection.resume(Connection.LANE);
    }
    talk.writable();
  }

  // -- The end -----------------------------------------------------------------------------------

  @Override
  void eof() {
    engine.eof(this);
    endIfClosed();
  }

  private void endIfClosed() {
    if (engine.closed()) {
      // 7.1.1: the server closes the link first; who was wronged need not wait for the other.
      boolean first = !client || engine.failed();
      Parting parting = new Parting(connection, settings.timeouts().close(), first);
      parting.begin();
    }
  }

  @Override
  void closed() {
    engine.eof(this);
  }

  @Override
  void leave(Disconnect why) {
    close(CloseCode.of(why.code()), why.words());
  }

  // -- Time --------------------------------------------------------------------------------------

  @Override
  void tick(int now) {
    Timeouts limits = settings.timeouts();
    if (closingSince != 0) {
      if (Timeouts.over(limits.close(), closingSince, now)) {
        connection.socket().abort();
      }
    } else if (!talk.proven() && Timeouts.over(limits.authentication(), openedAt, now)) {
      String words = "not authenticated within " + seconds(limits.authentication());
      close(CloseCode.of(Disconnect.UNAUTHENTICATED.code()), words);
    } else if (receivingSince != 0 && Timeouts.over(limits.message(), receivingSince, now)) {
      String words = "a message did not end within " + seconds(limits.message());
      close(CloseCode.POLICY_VIOLATION, words);
    } else if (connection.paused()) {
      heard(now); // nothing can be heard of a peer that is not read from
      messageAt = now;
      receivingSince = receivingSince == 0 ? 0 : now;
      beat(limits, now);
    } else {
      beat(limits, now);
      if (engine.canSend()) { // what the beat said may have been too much
        heartbeat(limits, now);
      }
    }
  }

  /** Regularly, whatever is heard: a peer that talks all the time has quiet rooms, too. */
  private void beat(Timeouts limits, int now) {
    if (Timeouts.over(limits.heartbeat(), beatAt, now)) {
      beatAt = now;
      talk.beat();
    }
  }

  private void heartbeat(Timeouts limits, int now) {
    if (pingedAt != 0 && Timeouts.over(limits.pong(), pingedAt, now)) {
      close(CloseCode.GOING_AWAY, "nothing heard for " + seconds(limits.pong()) + " after a ping");
    } else if (Timeouts.over(limits.idle(), messageAt, now)) {
      close(CloseCode.GOING_AWAY, "no message for " + seconds(limits.idle()));
    } else if (pingedAt == 0 && Timeouts.over(limits.heartbeat(), heardAt, now)) {
      pingedAt = now;
      engine.ping(EMPTY);
    }
  }

  @Override
  boolean stalled(int since, int now) {
    return Timeouts.over(settings.timeouts().stall(), since, now);
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }

  // -- For the talk ------------------------------------------------------------------------------

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Conversation converse(Application.Rooms rooms, Line line) {
    return rooms.protocol().open(rooms.opening(), line);
  }

  @Override
  public WireForm form(Protocol protocol) {
    int windowBits = deflate == null ? 0 : deflate.agreement().serverWindowBits();
    int threshold = settings.compression().thresholdBytes();
    return connection.loop().form(protocol, windowBits, threshold);
  }

  @Nullable Deflate deflate() {
    return deflate;
  }
}
