package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Payload;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Opening;
import dev.carillon.testkit.TestConnection;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.ServerMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A client that says what a test says, and reads the answers as messages. */
final class Dialogue {
  private static final JsonProtocol JSON = new JsonProtocol();

  private final JsonCodec codec = new JsonCodec();
  private final TestConnection connection;

  private Dialogue(TestConnection connection) {
    this.connection = connection;
  }

  /** A client that has said nothing yet. */
  static Dialogue silent(TestNode node, String user) {
    Credentials credentials = new Credentials(null, Credentials.Source.NONE, user, "127.0.0.1");
    return new Dialogue(node.connect(JSON, new Opening("/ws", Map.of(), null, credentials)));
  }

  /** A client that has been welcomed. */
  static Dialogue connected(TestNode node, String user) {
    Dialogue dialogue = silent(node, user).says("{'op':'connect','id':1}");
    assertThat(dialogue.hears()).singleElement().isInstanceOf(ServerMessage.Welcome.class);
    return dialogue;
  }

  /** Sends a text frame, with single quotes for double ones. */
  Dialogue says(String json) {
    connection.send(Payload.text(json.replace('\'', '"')));
    return this;
  }

  TestConnection connection() {
    return connection;
  }

  /** What came since the last call. */
  List<FromServer> hears() {
    assertThat(connection.offences()).isEmpty();
    return connection.received().stream()
        .map(frame -> codec.decodeServer(ByteBuffer.wrap(frame.payload().bytes())))
        .toList();
  }

  /** What came since the last call, as it was written. */
  List<String> reads() {
    return connection.received().stream().map(TestConnection.Frame::text).toList();
  }

  /** The one answer that came. */
  <T extends FromServer> T answer(Class<T> kind) {
    List<FromServer> heard = hears();
    assertThat(heard).hasSize(1);
    assertThat(heard.getFirst()).isInstanceOf(kind);
    return kind.cast(heard.getFirst());
  }

  /** The code of the one error that came. */
  String error() {
    return answer(ServerMessage.Error.class).problem().code();
  }
}
