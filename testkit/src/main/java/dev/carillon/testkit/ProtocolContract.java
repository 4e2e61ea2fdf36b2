package dev.carillon.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every protocol has to keep, whoever speaks it. An implementation passes by extending this
 * and saying what its valid frames look like.
 */
public abstract class ProtocolContract {
  /** The room that every frame of these tests is about. */
  protected static final String ROOM = "chat/lobby";

  private static final String TOKEN = "a-token-that-nobody-else-may-see";
  private static final int FUZZED_CONNECTIONS = 150;
  private static final int FUZZED_FRAMES = 20;

  private final TestNode node = new TestNode();

  /** For the implementation's own test. */
  protected ProtocolContract() {}

  /** The protocol under test. */
  protected abstract Protocol protocol();

  /**
   * What a client says when it opens a connection that is going to be in {@link #ROOM}.
   *
   * @param credentials to be put into the opening
   */
  protected abstract Opening opening(Credentials credentials);

  /** The frames with which a client comes to receive {@link #ROOM}, after the opening. */
  protected abstract List<Payload> greeting();

  /** A frame that publishes a text to {@link #ROOM}. */
  protected abstract Payload publication(String text);

  /** A valid frame of each kind that a client may send. */
  protected abstract List<Payload> samples();

  /** Frames that are well-formed and that the protocol does not know; may be empty. */
  protected abstract List<Payload> unknown();

  /** The node on which the tests' connections are. */
  protected final TestNode node() {
    return node;
  }

  @AfterEach
  final void closeTheNode() {
    node.close();
  }

  /** A connection whose client has been greeted; what it received until then is forgotten. */
  protected final TestConnection joined(String user) {
    TestConnection connection = node.connect(protocol(), opening(credentials(user)));
    greeting().forEach(connection::send);
    assertThat(connection.closed()).isNull();
    connection.received();
    return connection;
  }

  private static Credentials credentials(String user) {
    return new Credentials(new Secret(TOKEN), Credentials.Source.HEADER, user, "127.0.0.1");
  }

  @Test
  void whatOneClientPublishesEveryClientInTheRoomReceives() {
    TestConnection ann = joined("ann");
    TestConnection bob = joined("bob");
    TestConnection eve = joined("eve"); // round the shards: on the same one as ann

    ann.send(publication("good morning"));

    for (TestConnection each : List.of(ann, bob, eve)) {
      assertThat(each.received()).filteredOn(f -> f.text().contains("good morning")).hasSize(1);
    }
  }

  @Test
  void aMessageIsTheSameBytesForEveryReader() {
    TestConnection ann = joined("ann");
    TestConnection bob = joined("bob");
    ann.received();

    node.publish(ROOM, Draft.of("tick", Payload.text("one for all")));

    List<TestConnection.Frame> received = bob.received();
    assertThat(received).isNotEmpty();
    assertThat(ann.received()).containsExactlyElementsOf(received);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JSON", "TEXT", "BINARY"})
  void everyKindOfPayloadArrivesInAFrameThatIsWhatItSays(Payload.Kind kind) {
    TestConnection ann = joined("ann");

    node.publish(ROOM, Draft.of(new Payload(kind, "{\"n\":1}".getBytes(StandardCharsets.UTF_8))));

    assertThat(ann.received())
        .singleElement()
        .satisfies(frame -> assertThat(frame.kind()).isNotEqualTo(Payload.Kind.JSON))
        .satisfies(ProtocolContract::isWhatItSays);
  }

  @Test
  void equalEntriesGiveEqualBytes() {
    for (Entry entry : Entries.OF_EVERY_KIND) {
      Bytes first = new Bytes(16);
      Bytes second = new Bytes(4096);
      second.put('x');
      second.clear(0);
      protocol().encoding().encode(RoomName.of(ROOM), entry, first);
      protocol().encoding().encode(RoomName.of(ROOM), Entries.copyOf(entry), second);

      assertThat(second.view()).isEqualTo(first.view());
    }
  }

  @Test
  void theEncodingIsOneObjectWhateverConnectionsThereAre() {
    var before = protocol().encoding();
    joined("ann");

    assertThat(protocol().encoding()).isSameAs(before);
  }

  @Test
  void encodingOnlyAppends() {
    Bytes into = new Bytes(16);
    into.put("before".getBytes(StandardCharsets.US_ASCII));

    protocol().encoding().encode(RoomName.of(ROOM), Entries.OF_EVERY_KIND.getFirst(), into);

    assertThat(StandardCharsets.ISO_8859_1.decode(into.view()).toString()).startsWith("before");
    assertThat(into.size()).isGreaterThan("before".length());
  }

  @Test
  void everyNoticeIsTakenAlsoTwice() {
    for (Notice notice : Entries.everyNotice(RoomName.of(ROOM))) {
      TestConnection connection = joined("ann");
      connection.conversation().tell(notice);
      connection.conversation().tell(notice);
      assertThat(connection.offences()).as("told %s", notice).isEmpty();
      connection.received().forEach(ProtocolContract::isWhatItSays);
    }
  }

  @Test
  void credentialsThatAreNotGoodEndTheConnectionAndAreNotRepeated() {
    Problem problem = new Problem(Problem.Reason.UNAUTHENTICATED, "the token is not accepted");
    node.authenticator(credentials -> new Answer.Refused(problem));
    TestConnection connection = node.connect(protocol(), opening(credentials("ann")));
    greeting().forEach(connection::send);

    assertThat(connection.closed()).isNotNull();
    assertThat(connection.closed().why()).isEqualTo(Disconnect.UNAUTHENTICATED);
    assertThat(connection.closed().reason()).doesNotContain(TOKEN);
    assertThat(connection.received()).noneMatch(frame -> frame.text().contains(TOKEN));
    assertThat(connection.offences()).isEmpty();
  }

  @Test
  void noFrameGivesAwayTheToken() {
    TestConnection connection = node.connect(protocol(), opening(credentials("ann")));
    greeting().forEach(connection::send);
    samples().forEach(connection::send);

    assertThat(connection.received()).noneMatch(frame -> frame.text().contains(TOKEN));
  }

  @Test
  void whatTheProtocolDoesNotKnowIsAnsweredOrEndsTheConnection() {
    for (Payload frame : unknown()) {
      TestConnection connection = joined("ann");
      connection.send(frame);

      assertThat(connection.closed() != null || !connection.received().isEmpty())
          .as("the answer to %s", frame)
          .isTrue();
      assertThat(connection.offences()).isEmpty();
    }
  }

  @Test
  void everySampleIsTakenInEveryOrder() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 50; round++) {
      TestConnection connection = node.connect(protocol(), opening(credentials("ann")));
      for (int i = 0; i < 10; i++) {
        connection.send(samples().get(random.nextInt(samples().size())));
      }
      assertThat(connection.offences()).isEmpty();
      connection.received().forEach(ProtocolContract::isWhatItSays);
      connection.vanish();
    }
    aNeighbourIsServedAsBefore();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @Tag("fuzz")
  void randomFramesHurtNobody(long seed) {
    fuzz(new SplittableRandom(seed), (random, sample) -> random(random));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @Tag("fuzz")
  void mutatedFramesHurtNobody(long seed) {
    fuzz(new SplittableRandom(seed), ProtocolContract::mutated);
  }

  private interface Mutation {
    byte[] of(SplittableRandom random, Payload sample);
  }

  private void fuzz(SplittableRandom random, Mutation mutation) {
    List<Payload> valid = new ArrayList<>(greeting());
    valid.addAll(samples());
    for (int i = 0; i < FUZZED_CONNECTIONS; i++) {
      boolean greeted = random.nextInt(3) > 0;
      TestConnection connection =
          greeted ? joined("mallory") : node.connect(protocol(), opening(credentials("mallory")));
      for (int frame = 0; frame < FUZZED_FRAMES && connection.closed() == null; frame++) {
        byte[] bytes = mutation.of(random, valid.get(random.nextInt(valid.size())));
        boolean text = random.nextInt(4) > 0 && isUtf8(bytes);
        connection.send(new Payload(text ? Payload.Kind.TEXT : Payload.Kind.BINARY, bytes));
      }
      assertThat(connection.offences()).isEmpty();
      connection.received().forEach(ProtocolContract::isWhatItSays);
      connection.vanish();
    }
    aNeighbourIsServedAsBefore();
  }

  private void aNeighbourIsServedAsBefore() {
    TestConnection ann = joined("ann");
    TestConnection bob = joined("bob");
    ann.send(publication("still here"));

    assertThat(bob.received()).filteredOn(f -> f.text().contains("still here")).hasSize(1);
  }

  private static byte[] random(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(random.nextInt(1, 300))];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] mutated(SplittableRandom random, Payload sample) {
    byte[] bytes = sample.bytes().clone();
    for (int change = random.nextInt(1, 5); change > 0 && bytes.length > 0; change--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(4)) {
            case 0 -> without(bytes, at, random.nextInt(1, 9));
            case 1 -> twice(bytes, at, random.nextInt(1, 40));
            case 2 -> with(bytes, at, random.nextInt(256));
            default -> with(bytes, at, "{}[]\":,0-9e.ntf\\$/".charAt(random.nextInt(18)));
          };
    }
    return bytes;
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] result = bytes.clone();
    result[at] = (byte) value;
    return result;
  }

  private static byte[] without(byte[] bytes, int at, int count) {
    int gone = Math.min(count, bytes.length - at);
    byte[] result = new byte[bytes.length - gone];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(bytes, at + gone, result, at, result.length - at);
    return result;
  }

  private static byte[] twice(byte[] bytes, int at, int count) {
    int repeated = Math.min(count, bytes.length - at);
    byte[] result = new byte[bytes.length + repeated];
    System.arraycopy(bytes, 0, result, 0, at + repeated);
    System.arraycopy(bytes, at, result, at + repeated, bytes.length - at);
    return result;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  private static void isWhatItSays(TestConnection.Frame frame) {
    if (frame.kind() == Payload.Kind.TEXT) {
      assertThat(isUtf8(frame.payload().bytes())).as("text frame %s", frame).isTrue();
    }
  }
}
