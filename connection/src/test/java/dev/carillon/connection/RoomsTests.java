package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.From;
import dev.carillon.core.HistoryOptions;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.Session;
import dev.carillon.core.User;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Encoding;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;
import dev.carillon.websocket.Compressors;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.DeflatePolicy;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that speak a small protocol of rooms, over the real core and broker. */
class RoomsTests {
  private static final RoomName ROOM = RoomName.of("room");

  private final Authenticating authenticator = new Authenticating();
  private final TestServer server =
      new TestServer(
          new Application.Rooms(
              new ChatProtocol(),
              new Opening("/", Map.of(), null, anonymous()),
              authenticator,
              new Terms("test", Duration.ofSeconds(25), 1 << 20, 100)));

  private RoomPolicy policy = RoomPolicy.DEFAULT;

  RoomsTests() {
    InstantSource clock = InstantSource.system();
    Policies policies = room -> policy;
    Node node =
        new Node(
            NodeSettings.DEFAULT,
            policies,
            new MemoryBroker(policies, clock, new Random(1)),
            Gate.OPEN,
            clock,
            new Random(1),
            List.of(server.mailbox));
    server.loop.serve(node.shard(0));
  }

  private static Credentials anonymous() {
    return new Credentials(null, Credentials.Source.NONE, null, "192.0.2.1");
  }

  /** Lets everybody in, at once or when told to. */
  private static final class Authenticating implements Authenticator {
    boolean later;
    final List<Consumer<Answer>> waiting = new ArrayList<>();

    @Override
    public void authenticate(Credentials credentials, Consumer<Answer> answer) {
      if (later) {
        waiting.add(answer);
      } else {
        answer.accept(accepted());
      }
    }

    static Answer accepted() {
      return new Answer.Accepted(new User("somebody"), Permissions.ALL);
    }
  }

  /**
   * What comes in is published to the one room; {@code ?} is answered with a long sentence, and
   * after {@code !} each beat says a hundred of them.
   */
  private static final class ChatProtocol implements Protocol {
    @Override
    public String name() {
      return "chat";
    }

    @Override
    public List<String> subprotocols() {
      return List.of();
    }

    @Override
    public boolean answers(String path) {
      return true;
    }

    @Override
    public Encoding encoding() {
      return ENCODING;
    }

    private static final Encoding ENCODING =
        (RoomName room, Entry entry, Bytes into) -> {
          into.put(entry.message().payload().bytes());
          return Payload.Kind.TEXT;
        };

    @Override
    public Conversation open(Opening opening, Line line) {
      return new Chat(opening, line);
    }
  }

  private static final class Chat implements Conversation {
    private final Opening opening;
    private final Line line;
    private @Nullable Session session;
    private int answers;
    private int saidPerBeat;

    Chat(Opening opening, Line line) {
      this.opening = opening;
      this.line = line;
    }

    @Override
    public void opened() {
      line.authenticate(opening.credentials(), Arrival.NEW);
    }

    @Override
    public void received(Payload.Kind frame, ByteBuffer bytes) {
      Payload payload = Payload.copyOf(Payload.Kind.TEXT, bytes);
      if (payload.asText().equals("?")) {
        say();
      } else if (payload.asText().equals("!")) {
        saidPerBeat = 100;
      } else if (payload.asText().equals("history") && session != null) {
        session.history(2, ROOM, HistoryOptions.from(new From.Last(1000), 1000));
      } else if (session != null) {
        session.publish(1, ROOM, Draft.of(payload));
      }
    }

    private void say() {
      byte[] answer = answer(answers++).getBytes(StandardCharsets.UTF_8);
      line.send(Payload.Kind.TEXT, ByteBuffer.wrap(answer));
    }

    @Override
    public void accepted(Session own) {
      session = own;
      own.join(1, ROOM, JoinOptions.NOW);
    }

    @Override
    public void refused(Problem problem) {
      line.close(Disconnect.UNAUTHENTICATED, problem.detail());
    }

    @Override
    public void beat() {
      for (int i = 0; i < saidPerBeat; i++) {
        say();
      }
    }

    @Override
    public void tell(Notice notice) {
      if (notice instanceof Notice.History history) {
        int size = history.entries().stream().mapToInt(e -> e.message().payload().size()).sum();
        String page = "page" + "-".repeat(size);
        line.send(Payload.Kind.TEXT, ByteBuffer.wrap(page.getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private static String answer(int number) {
    return "answer " + number + " is what it was before, and will be the same from now on for ever";
  }

  /** A client's engine at the end of a socket. */
  private static final class Peer {
    final MemorySocket socket = new MemorySocket();
    final List<String> texts = new ArrayList<>();
    final Connection connection;
    private final TestServer server;
    private final Engine engine;
    private Incoming.@Nullable Closed closed;

    Peer(TestServer server, @Nullable String offer, int windowBits) {
      this.server = server;
      String field = offer == null ? "" : "Sec-WebSocket-Extensions: " + offer + "\r\n";
      connection = server.open(socket, field);
      byte[] answer = socket.takeAll();
      String head = new String(answer, StandardCharsets.ISO_8859_1);
      int end = head.indexOf("\r\n\r\n") + 4;
      assertThat(head.contains("permessage-deflate")).isEqualTo(offer != null);
      DeflateAgreement agreement = new DeflateAgreement(false, false, windowBits, 15);
      Deflate deflate =
          offer == null
              ? null
              : Deflate.client(agreement, DeflatePolicy.DEFAULT, new Compressors(6));
      engine = Engine.client(Limits.DEFAULT, deflate, new Random(3), ByteBuffer::allocate);
      receive(ByteBuffer.wrap(answer, end, answer.length - end));
    }

    void receive() {
      receive(ByteBuffer.wrap(socket.takeAll()));
    }

    private void receive(ByteBuffer in) {
      engine.receive(in, this::take);
      assertThat(engine.failed()).as(() -> "" + engine.violation()).isFalse();
    }

    private void take(Incoming incoming) {
      switch (incoming) {
        case Incoming.Text(var text) -> texts.add(text.toString());
        case Incoming.Closed end -> closed = end;
        default -> assertThat(incoming).isInstanceOf(Incoming.Ping.class);
      }
    }

    void say(String text) {
      server.receive(connection, TestServer.text(text));
      server.mailbox.runAll();
    }

    void unblock() {
      if (socket.shortened) {
        socket.shortened = false;
        connection.writable();
      }
    }
  }

  @Test
  void whatOneSaysAllHear() {
    List<Peer> peers = IntStream.range(0, 5).mapToObj(i -> new Peer(server, null, 15)).toList();
    server.mailbox.runAll();

    peers.get(2).say("hello");
    peers.get(3).say("there");

    for (Peer peer : peers) {
      peer.receive();
      assertThat(peer.texts).containsExactly("hello", "there");
    }
  }

  /**
   * Frames compressed for all stand between frames of the connection's own, whose compression
   * refers to earlier ones: decoding fails if either disturbs the other.
   */
  @ParameterizedTest
  @ValueSource(ints = {9, 12})
  void compressedReadersGetSharedFramesAmongTheirOwn(int windowBits) {
    String offer = "permessage-deflate; server_max_window_bits=" + windowBits;
    List<Peer> peers =
        IntStream.range(0, 6)
            .mapToObj(
                i -> i % 2 == 0 ? new Peer(server, offer, windowBits) : new Peer(server, null, 15))
            .toList();
    server.mailbox.runAll();
    Random random = new Random(5);
    for (Peer peer : peers) {
      peer.socket.takes = some -> random.nextInt(4) > 0 ? some : random.nextInt(some + 1);
    }
    List<String> said = new ArrayList<>();
    int asked = 0;
    for (int i = 0; i < 300; i++) {
      if (random.nextBoolean()) {
        asked++;
        peers.forEach(peer -> peer.say("?"));
      } else {
        String text = "message " + i + " of many alike ".repeat(random.nextInt(60));
        said.add(text);
        peers.get(random.nextInt(6)).say(text);
      }
      peers.forEach(Peer::receive);
      peers.get(random.nextInt(6)).unblock();
    }
    for (int i = 0; i < 2000; i++) {
      peers.forEach(Peer::unblock);
      server.mailbox.runAll();
    }
    for (Peer peer : peers) {
      peer.receive();
      assertThat(peer.texts.stream().filter(text -> text.startsWith("message")).toList())
          .isEqualTo(said);
      assertThat(peer.texts.stream().filter(text -> !text.startsWith("message")).toList())
          .isEqualTo(IntStream.range(0, asked).mapToObj(RoomsTests::answer).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsCompressedOnceServesAllUnlessTheRoomForbidsIt(boolean allowed) {
    RoomPolicy usual = RoomPolicy.DEFAULT;
    policy =
        new RoomPolicy(
            usual.delivery(),
            usual.retention(),
            usual.slowReaders(),
            usual.presence(),
            usual.creation(),
            usual.history(),
            usual.onJoin(),
            usual.limits(),
            allowed);
    String offer = "permessage-deflate; server_max_window_bits=12";
    List<Peer> peers = IntStream.range(0, 40).mapToObj(i -> new Peer(server, offer, 12)).toList();
    Peer plain = new Peer(server, null, 15);
    server.mailbox.runAll();
    for (int i = 0; i < 50; i++) {
      plain.say("{\"number\":" + i + ",\"words\":\"" + "said again and again ".repeat(40) + "\"}");
    }
    byte[] first = peers.getFirst().socket.takeAll();
    byte[] uncompressed = plain.socket.takeAll();
    assertThat(first.length)
        .isBetween(
            allowed ? 1 : uncompressed.length,
            allowed ? uncompressed.length / 5 : uncompressed.length);
    for (Peer peer : peers) {
      byte[] bytes = peer == peers.getFirst() ? first : peer.socket.takeAll();
      assertThat(bytes).isEqualTo(first);
      peer.receive(ByteBuffer.wrap(bytes));
      assertThat(peer.texts).hasSize(50);
    }
  }

  @Test
  void whoDoesNotProveWhoTheyAreIsClosedInTime() {
    authenticator.later = true;
    Peer peer = new Peer(server, null, 15);
    peer.say("too early");

    server.pass(Duration.ofSeconds(6));
    peer.receive();

    assertThat(peer.closed).isNotNull();
    assertThat(peer.closed.code().value()).isEqualTo(4401);
    authenticator.waiting.getFirst().accept(Authenticating.accepted());
    server.mailbox.runAll();
    assertThat(peer.socket.aborted).isFalse();
  }

  @Test
  void whatIsSentBeforeTheAnswerWaitsForIt() {
    authenticator.later = true;
    Peer peer = new Peer(server, null, 15);
    peer.say("early");
    assertThat(peer.socket.paused).isTrue();

    authenticator.waiting.getFirst().accept(Authenticating.accepted());
    server.mailbox.runAll();
    peer.receive();

    assertThat(peer.socket.paused).isFalse();
    assertThat(peer.texts).containsExactly("early");
  }

  @Test
  void aReaderThatDoesNotReadDelaysNobody() {
    Peer slow = new Peer(server, null, 15);
    Peer quick = new Peer(server, null, 15);
    server.mailbox.runAll();
    slow.socket.takes = some -> 0;

    for (int i = 0; i < 100; i++) {
      quick.say("m" + i);
    }
    quick.receive();
    assertThat(quick.texts).hasSize(100);

    slow.socket.takes = some -> some;
    slow.unblock();
    server.mailbox.runAll();
    slow.receive();
    assertThat(slow.texts).isEqualTo(quick.texts);
  }

  /** The beat and the ping are due in the same moment, and the beat says more than may wait. */
  @Test
  void whoIsClosedForWhatABeatSaysIsNotPingedBehindTheClose() {
    server.settings = server.settings.withLaneBytes(4096);
    Peer peer = new Peer(server, null, 15);
    server.mailbox.runAll();
    peer.socket.takes = some -> 0;
    peer.say("!");
    peer.say("?");

    server.pass(Timeouts.DEFAULT.heartbeat().plusSeconds(1));
    peer.socket.takes = some -> some;
    peer.unblock();
    peer.receive();

    assertThat(server.faults).isEmpty();
    assertThat(peer.texts).hasSizeBetween(1, 99).startsWith(answer(0), answer(1));
    assertThat(peer.closed).isNotNull();
    assertThat(peer.closed.code().value()).isEqualTo(Disconnect.LAG.code());
  }

  @Test
  void aLostLinkEndsTheSession() {
    Peer peer = new Peer(server, null, 15);
    server.mailbox.runAll();
    assertThat(server.loop.shard().sessionCount()).isEqualTo(1);

    peer.connection.closed();

    assertThat(server.loop.shard().sessionCount()).isZero();
  }

  /** Forty requests at once for a past of megabytes: each page waits for the one before it. */
  @Test
  void pagesOfHistoryGoOneByOneAndMessagesBetweenThem() {
    Peer reader = new Peer(server, null, 15);
    Peer other = new Peer(server, null, 15);
    server.mailbox.runAll();
    for (int i = 0; i < 100; i++) {
      other.say("-".repeat(30_000));
    }
    reader.receive();
    reader.texts.clear();
    reader.socket.takes = some -> Math.min(some, 10_000);
    for (int i = 0; i < 40; i++) {
      reader.say("history");
    }
    other.say("small");
    int reads = 0;
    while (!reader.texts.contains("small") && reads < 1000) {
      reads++;
      reader.unblock();
      server.mailbox.runAll();
      reader.receive();
    }
    assertThat(reader.texts).hasSizeLessThanOrEqualTo(3).contains("small");

    reader.socket.takes = some -> some;
    for (int i = 0; i < 100; i++) {
      reader.unblock();
      server.mailbox.runAll();
    }
    reader.receive();
    assertThat(reader.closed).isNull();
    assertThat(reader.texts.stream().filter(text -> text.startsWith("page")).toList())
        .hasSize(40)
        .allMatch(page -> page.length() < 100_000);
  }
}
