package dev.carillon.protocol.carillon;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.EventStream;
import dev.carillon.core.spi.EventText;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Secret;
import dev.carillon.core.spi.Terms;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Malformed;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.SessionLimits;
import dev.carillon.wire.UnknownOp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation: connect first, then anything. What cannot be read is answered with the
 * place where it went wrong, and ends the connection when it is {@value #MAX_UNREADABLE} frames in
 * a row. Confined to the shard.
 */
final class CarillonConversation implements Conversation, Replies {
  /** How many frames that are no messages may come in a row; the last of them ends it. */
  static final int MAX_UNREADABLE = 5;

  /** The most entries in one page of history. */
  static final int MAX_HISTORY = 1000;

  private static final int SHOWN_OF_AN_OP = 32;

  /** How many messages may come between connect and welcome, while another shard is asked. */
  private static final int MAX_EARLY = 256;

  private enum Stage {
    NEW,
    AUTHENTICATING,
    RESUMING,
    OPEN,
    CLOSED
  }

  private final SharedCodec codec;
  private final Credentials credentials;
  private final Line line;
  private final @Nullable EventStream events;
  private Stage stage = Stage.NEW;
  private long connectId;
  private dev.carillon.wire.@Nullable Secret resume;
  private @Nullable List<ClientMessage> early;
  private ClientMessage.@Nullable Refresh refreshing;
  private int unreadable;
  private @Nullable Commands commands;
  private @Nullable Answers answers;

  CarillonConversation(SharedCodec codec, Credentials credentials, Line line) {
    this(codec, credentials, line, null);
  }

  /**
   * A conversation.
   *
   * @param events where it is told in an event stream
   */
  CarillonConversation(
      SharedCodec codec, Credentials credentials, Line line, @Nullable EventStream events) {
    this.codec = codec;
    this.credentials = credentials;
    this.line = line;
    this.events = events;
  }

  /** In an event stream the client is told first where to say what it has to say. */
  @Override
  public void opened() {
    EventStream stream = events;
    if (stream != null) {
      Bytes told = new Bytes(128);
      EventText.name("link", told);
      EventText.data(stream.link(), told);
      EventText.end(told);
      stream.send(told);
    }
  }

  @Override
  public void received(Payload.Kind kind, ByteBuffer bytes) {
    if (stage == Stage.CLOSED) {
      return; // what was under way when the line was closed
    }
    if (kind != codec.frame()) {
      boolean text = codec.frame() == Payload.Kind.TEXT;
      unreadable(codec.subprotocol() + " is spoken in " + (text ? "text" : "binary") + " frames");
      return;
    }
    switch (codec.decode(bytes)) {
      case Malformed malformed when malformed.why().unreadable() -> unreadable(malformed.words());
      case Malformed malformed ->
          readable(malformed.id(), ErrorCode.BAD_MESSAGE, malformed.words());
      case UnknownOp(String op, long id) ->
          readable(id, ErrorCode.UNKNOWN_OP, "this server does not know '" + shortened(op) + "'");
      case ClientMessage message -> message(message);
    }
  }

  @Override
  public boolean readsInboxes() {
    return true;
  }

  private static String shortened(String op) {
    return op.length() <= SHOWN_OF_AN_OP ? op : op.substring(0, SHOWN_OF_AN_OP) + "...";
  }

  private void unreadable(String words) {
    unreadable++;
    error(0, null, ErrorCode.BAD_MESSAGE, words);
    if (commands == null || unreadable >= MAX_UNREADABLE) {
      close(Disconnect.BAD_MESSAGE, words);
    }
  }

  /** A message that can be answered and not carried out. */
  private void readable(long id, ErrorCode code, String words) {
    unreadable = 0;
    error(id, null, code, words);
    if (commands == null) {
      close(Disconnect.BAD_MESSAGE, words);
    }
  }

  private void message(ClientMessage message) {
    unreadable = 0;
    Commands current = commands;
    if (message instanceof ClientMessage.Connect connect) {
      connect(connect);
    } else if (current != null) {
      current.take(message);
    } else if (stage == Stage.RESUMING) {
      keep(message);
    } else {
      readable(message.id(), ErrorCode.NOT_CONNECTED, ErrorCode.NOT_CONNECTED.words());
    }
  }

  private void keep(ClientMessage message) {
    List<ClientMessage> kept = early == null ? new ArrayList<>() : early;
    early = kept;
    kept.add(message);
    if (kept.size() > MAX_EARLY) {
      close(Disconnect.RATE_LIMITED, "too many messages before the welcome; wait for it");
    }
  }

  private void connect(ClientMessage.Connect connect) {
    if (stage != Stage.NEW) {
      error(connect.id(), null, ErrorCode.ALREADY_CONNECTED, ErrorCode.ALREADY_CONNECTED.words());
      return;
    }
    stage = Stage.AUTHENTICATING;
    connectId = connect.id();
    resume = connect.resume();
    dev.carillon.wire.Secret token = connect.token();
    Arrival arrival = resume == null ? Arrival.NEW : Arrival.RETURNING;
    line.authenticate(token == null ? credentials : with(token), arrival);
  }

  private Credentials with(dev.carillon.wire.Secret token) {
    return new Credentials(
        new Secret(token.value()),
        Credentials.Source.FIRST_MESSAGE,
        credentials.userHint(),
        credentials.remoteAddress());
  }

  /** A token that is as good as the first one goes on where that ends. */
  @Override
  public void refresh(ClientMessage.Refresh refresh) {
    if (refreshing != null) {
      String words = "a token is being looked at already; wait for the answer";
      error(refresh.id(), null, ErrorCode.RATE_LIMITED, words);
      return;
    }
    refreshing = refresh;
    line.authenticate(with(refresh.token()), Arrival.RETURNING);
  }

  @Override
  public void accepted(Session session) {
    if (stage == Stage.CLOSED) {
      return;
    }
    ClientMessage.Refresh refresh = refreshing;
    if (refresh != null) {
      refreshing = null;
      if (refresh.id() != 0) {
        send(new ServerMessage.Refreshed(refresh.id(), ToWire.time(session.expires())));
      }
      return;
    }
    stage = Stage.RESUMING;
    dev.carillon.wire.Secret token = resume;
    resume = null;
    if (token == null) {
      welcome(session, false);
    } else {
      session.resume(token.value(), resumed -> welcome(session, resumed));
    }
  }

  private void welcome(Session session, boolean resumed) {
    if (stage != Stage.RESUMING) {
      return;
    }
    stage = Stage.OPEN;
    Answers open = new Answers(this);
    answers = open;
    Commands begun = new Commands(session, this, open);
    commands = begun;
    Terms terms = line.terms();
    send(
        new ServerMessage.Welcome(
            connectId,
            session.id(),
            session.user().id(),
            new dev.carillon.wire.Secret(session.resumeToken()),
            resumed,
            line.now(),
            terms.heartbeat().toMillis(),
            new SessionLimits(terms.maxMessageBytes(), terms.maxRooms(), (long) MAX_HISTORY, null),
            terms.node(),
            ToWire.time(session.expires())));
    List<ClientMessage> kept = early;
    early = null;
    if (kept != null) {
      kept.forEach(begun::take);
    }
  }

  @Override
  public void refused(Problem problem) {
    if (stage == Stage.CLOSED) {
      return;
    }
    boolean over = problem.reason() == Problem.Reason.TOKEN_EXPIRED;
    ClientMessage.Refresh refresh = over ? null : refreshing;
    long id = refresh != null ? refresh.id() : commands == null ? connectId : 0;
    send(new ServerMessage.Error(id, null, ToWire.problem(problem)));
    if (refresh != null) {
      refreshing = null; // the session goes on with the token that it has
      return;
    }
    close(
        switch (problem.reason()) {
          case FORBIDDEN -> Disconnect.FORBIDDEN;
          case RATE_LIMITED -> Disconnect.RATE_LIMITED;
          case OVERLOADED -> Disconnect.OVERLOADED;
          case TIMEOUT, BROKER_UNAVAILABLE -> Disconnect.TRY_LATER;
          case INTERNAL -> Disconnect.INTERNAL;
          default -> Disconnect.UNAUTHENTICATED;
        },
        problem.detail());
  }

  @Override
  public void tell(Notice notice) {
    Answers open = answers;
    if (open != null && stage == Stage.OPEN) {
      open.tell(notice);
    }
  }

  /** Clients that cannot see pings know by this that the connection lives, and where rooms end. */
  @Override
  public void beat() {
    Commands open = commands;
    if (open != null && stage == Stage.OPEN) {
      open.heads();
    }
  }

  @Override
  public void send(ServerMessage message) {
    if (stage != Stage.CLOSED) {
      line.send(codec.frame(), codec.encode(message).buffer());
    }
  }

  @Override
  public long now() {
    return line.now();
  }

  private void close(Disconnect why, String reason) {
    if (stage != Stage.CLOSED) {
      stage = Stage.CLOSED;
      line.close(why, reason);
    }
  }
}
