package dev.carillon.cli;

import dev.carillon.connection.Link;
import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ClientName;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Malformed;
import dev.carillon.wire.Member;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Problem;
import dev.carillon.wire.Roster;
import dev.carillon.wire.Sender;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Start;
import dev.carillon.wire.Target;
import dev.carillon.wire.UnknownOp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A room of a Carillon server, over {@code carillon.v1.json}. What the loop tells comes on the
 * loop; lines come from the command's thread.
 */
final class RoomTalk implements Talk {
  private static final long CONNECT = 1;
  private static final long JOIN = 2;

  /** How a room is read. */
  record Reading(@Nullable Start start, @Nullable String filter, @Nullable String subscription) {}

  private static final int ANSWER_SECONDS = 10;

  private final String room;
  private final @Nullable Reading reading;
  private final Function<String, ClientMessage.Publish> draft;
  private final Screen screen;
  private final Tally tally;
  private final JsonCodec incoming = new JsonCodec();
  private final JsonCodec outgoing = new JsonCodec();
  private final ByteSink sink = new ByteSink(512);
  private final AtomicLong ids = new AtomicLong(JOIN);
  private final Map<Long, Long> waiting = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile @Nullable ClientConnection connection;
  private volatile @Nullable Problem rejection;
  private volatile String session = "";

  /**
   * A room.
   *
   * @param reading how to join the room; null to publish to it and not to join it
   * @param draft makes a publication of a line, with id 0
   */
  RoomTalk(
      String room,
      @Nullable Reading reading,
      Function<String, ClientMessage.Publish> draft,
      Screen screen,
      Tally tally) {
    this.room = room;
    this.reading = reading;
    this.draft = draft;
    this.screen = screen;
    this.tally = tally;
  }

  /** A publication of text. */
  static ClientMessage.Publish text(String room, String line) {
    return new ClientMessage.Publish(0, new Target.Room(room), Payload.text(line));
  }

  // -- The command's thread ----------------------------------------------------------------------

  @Override
  public void begin(ClientConnection opened) throws InterruptedException {
    connection = opened;
    if (!JsonCodec.SUBPROTOCOL.equals(opened.subprotocol())) {
      throw new Failure(
          Exit.NOT_CONNECTED,
          "this server does not speak carillon.v1.json; leave the room away to talk to it as it"
              + " is");
    }
    send(
        new ClientMessage.Connect(
            CONNECT, null, null, new ClientName("carillon-cli", Version.NUMBER), null));
    Reading how = reading;
    if (how != null) {
      send(new ClientMessage.Join(JOIN, room, how.start(), true, how.filter(), how.subscription()));
    }
    try {
      ready.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new Failure(
          Exit.TIMED_OUT, "no answer within " + ANSWER_SECONDS + " s; is it a Carillon server?");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Failure why) {
        throw why;
      }
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void line(String text) {
    ClientMessage.Publish made = draft.apply(text);
    long id = ids.incrementAndGet();
    waiting.put(id, System.nanoTime());
    tally.sent(made.payload().bytes().length);
    send(
        new ClientMessage.Publish(
            id,
            made.target(),
            made.event(),
            made.payload(),
            made.publishId(),
            made.messageId(),
            made.key(),
            made.tags(),
            made.priority(),
            made.ttl(),
            made.echo(),
            made.filter(),
            made.countReaders()));
  }

  @Override
  public boolean command(String name, String rest) {
    if (!name.equals("members")) {
      return false;
    }
    send(new ClientMessage.Members(ids.incrementAndGet(), room));
    return true;
  }

  @Override
  public int unanswered() {
    return waiting.size();
  }

  /** Waits for an answer, at most so long. */
  void awaitAnswer(long millis) throws InterruptedException {
    synchronized (waiting) {
      if (!waiting.isEmpty()) {
        waiting.wait(millis);
      }
    }
  }

  /** Why the server refused the last publication that it refused, or null. */
  @Nullable Problem rejection() {
    return rejection;
  }

  private synchronized void send(ClientMessage message) {
    ClientConnection own = connection;
    if (own != null) {
      sink.clear();
      outgoing.encode(message, sink);
      tally.framed(sink.size());
      own.text(new String(sink.toByteArray(), StandardCharsets.UTF_8));
    }
  }

  // -- The loop ----------------------------------------------------------------------------------

  @Override
  public void text(Link link, Utf8 text) {
    tally.framed(text.length());
    FromServer came = incoming.decodeServer(text.bytes());
    switch (came) {
      case ServerMessage message -> told(message);
      case UnknownOp newer -> {}
      case Malformed broken -> screen.wrong("the server sent no message: " + broken.words());
    }
  }

  @Override
  public void binary(Link link, ByteBuffer payload) {
    screen.wrong("the server sent a binary message, which carillon.v1.json has none of");
  }

  @Override
  public void pong(Link link, ByteBuffer payload) {
    Pings.answered(payload, screen, tally);
  }

  @Override
  public void closed(Link link, CloseCode code, String reason) {
    ready.completeExceptionally(
        new Failure(
            Exit.REFUSED, CloseWords.of(new ClientConnection.Ended(code, Shown.line(reason)))));
  }

  private void told(ServerMessage message) {
    switch (message) {
      case ServerMessage.Welcome welcome -> {
        session = welcome.session();
        screen.note("connected as " + name(welcome.user(), welcome.session()));
        if (reading == null) {
          ready.complete(null);
        }
      }
      case ServerMessage.Joined joined -> {
        screen.note("joined %s%s".formatted(joined.room(), present(joined.presence())));
        ready.complete(null);
      }
      case ServerMessage.Message(var from, var entry) -> {
        tally.received(entry.payload().bytes().length);
        Sender sender = entry.sender();
        String who = sender == null ? "server" : name(sender.user(), sender.session());
        String event = entry.event() == null ? "" : "[" + entry.event() + "] ";
        // One's inboxes, and the rooms of a wildcard, are other rooms than the one that was named.
        String where = from.equals(room) ? "" : from + " ";
        screen.received(where + who, event + data(entry.payload()));
        acknowledge(from, entry.offset());
      }
      case ServerMessage.Presence presence -> presence(presence);
      case ServerMessage.Published published -> answered(published.id());
      case ServerMessage.Rejected rejected -> {
        rejection = rejected.problem(); // before the one who waits for the answer looks
        answered(rejected.id());
        screen.wrong("not published: " + words(rejected.problem()));
      }
      case ServerMessage.Members members -> screen.note("here" + present(members.roster()));
      case ServerMessage.Rewind rewind ->
          screen.note(
              "what follows %d comes again (attempt %d)".formatted(rewind.to(), rewind.attempt()));
      case ServerMessage.Gap gap ->
          screen.wrong("lost: messages %s (%s)".formatted(gap.ranges(), gap.reason()));
      case ServerMessage.Reset reset ->
          screen.wrong("the room's log began anew (" + reset.reason() + ")");
      case ServerMessage.Goodbye goodbye ->
          screen.note(
              "the server says goodbye: %s%s"
                  .formatted(
                      goodbye.reason(),
                      goodbye.retryAfter() == null
                          ? ""
                          : "; come back in " + goodbye.retryAfter() + " ms"));
      case ServerMessage.Error error -> failed(error);
      default -> {} // of no interest to somebody who reads along
    }
  }

  /** What was shown is dealt with: a durable subscription goes on behind it next time. */
  private void acknowledge(String from, long offset) {
    Reading how = reading;
    if (how != null && how.subscription() != null && from.equals(room)) {
      send(new ClientMessage.Ack(room, null, offset, how.subscription()));
    }
  }

  private void failed(ServerMessage.Error error) {
    String words = words(error.problem());
    if (error.id() == CONNECT || error.id() == JOIN) {
      ready.completeExceptionally(new Failure(Exit.REFUSED, "refused: " + Shown.line(words)));
    } else {
      if (waiting.containsKey(error.id())) {
        rejection = error.problem();
        answered(error.id());
      }
      screen.wrong(words);
    }
  }

  private void presence(ServerMessage.Presence presence) {
    Member member = presence.member();
    if (member == null || member.session().equals(session)) {
      return;
    }
    String who = name(member.user(), member.session());
    switch (presence.event()) {
      case JOIN -> screen.note(who + " came");
      case LEAVE -> screen.note(who + " left");
      case STATE, COUNT -> {}
    }
  }

  private void answered(long id) {
    Long since = waiting.remove(id);
    if (since != null) {
      tally.latency(System.nanoTime() - since);
    }
    synchronized (waiting) {
      waiting.notifyAll();
    }
  }

  private static String words(Problem problem) {
    return problem.message()
        + " ("
        + problem.code()
        + (problem.retryable() ? "; trying again may help)" : ")");
  }

  private static String present(@Nullable Roster roster) {
    if (roster == null) {
      return "";
    }
    String names =
        roster.members().stream()
            .map(member -> name(member.user(), member.session()))
            .collect(Collectors.joining(", "));
    return ": %d here%s".formatted(roster.count(), names.isEmpty() ? "" : " (" + names + ")");
  }

  private static String name(@Nullable String user, @Nullable String session) {
    return user != null ? user : session != null ? session : "somebody";
  }

  private static String data(Payload payload) {
    return switch (payload.type()) {
      case JSON, TEXT -> payload.string();
      case BINARY -> "binary[" + payload.bytes().length + "]";
    };
  }
}
