package dev.carillon.connection;

import dev.carillon.core.spi.Mailbox;
import dev.carillon.websocket.ServerTerms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One loop, and connections on sockets in memory that lead to one application. */
final class TestServer {
  static final String REQUEST =
      "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

  final TestMailbox mailbox = new TestMailbox();
  final List<RuntimeException> faults = new ArrayList<>();
  final Loop loop;
  ConnectionSettings settings = ConnectionSettings.DEFAULT;
  Door door;

  TestServer(Application application) {
    this(
        (request, peer) ->
            new Door.Decision.Upgrade(ServerTerms.DEFAULT, subprotocol -> application));
  }

  TestServer(Door door) {
    this.door = door;
    Mailbox posts = mailbox;
    this.loop = new Loop(posts, InstantSource.system(), new Random(7), 6, faults::add);
  }

  /** A link whose peer has said nothing yet. */
  Connection accept(MemorySocket socket) {
    return loop.accept(socket, new Peer("192.0.2.1", false), door, settings);
  }

  /** A link after the opening handshake, whose answer has been taken off the socket. */
  Connection open(MemorySocket socket, String furtherFields) {
    Connection connection = accept(socket);
    receive(connection, REQUEST + furtherFields + "\r\n");
    return connection;
  }

  Connection open(MemorySocket socket) {
    Connection connection = open(socket, "");
    socket.takeAll();
    return connection;
  }

  void receive(Connection connection, String text) {
    receive(connection, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void receive(Connection connection, byte[] bytes) {
    connection.received(ByteBuffer.wrap(bytes));
    connection.readComplete();
  }

  /** Lets time pass, and what is posted meanwhile run. */
  void pass(Duration time) {
    for (long ticks = time.toMillis() / Loop.TICK_MILLIS; ticks > 0; ticks--) {
      loop.tick();
      mailbox.runAll();
    }
  }

  /** A masked frame as a client sends it; the mask is zero. */
  static byte[] frame(int firstByte, byte[] payload) {
    int header = payload.length < 126 ? 6 : 8;
    ByteBuffer frame = ByteBuffer.allocate(header + payload.length);
    frame.put((byte) firstByte);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    }
    return frame.putInt(0).put(payload).array();
  }

  static byte[] text(String text) {
    return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] ping() {
    return frame(0x89, new byte[] {'p'});
  }

  /** The same bytes so many times. */
  static byte[] times(int count, byte[] bytes) {
    ByteBuffer all = ByteBuffer.allocate(count * bytes.length);
    for (int i = 0; i < count; i++) {
      all.put(bytes);
    }
    return all.array();
  }
}
