package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An open WebSocket: turns, floods, blocked sockets, time limits and the ways to end. */
class OpenConnectionTests {
  private final MemorySocket socket = new MemorySocket();
  private final Recorder recorder = new Recorder();
  private final TestServer server = new TestServer(new Application.Bare(recorder));

  /** Echoes, and writes down the end. */
  private static final class Recorder implements Handler {
    final List<String> ended = new ArrayList<>();
    int messages;
    int failsAt;

    @Override
    public void text(Link link, Utf8 text) {
      if (++messages == failsAt) {
        throw new IllegalStateException("for the test");
      }
      link.text(text);
    }

    @Override
    public void binary(Link link, ByteBuffer payload) {
      messages++;
      link.binary(payload);
    }

    @Override
    public void closed(Link link, CloseCode code, String reason) {
      ended.add(code + " " + reason);
    }
  }

  @Test
  void theRepliesToOneReadLeaveInOneWrite() {
    Connection connection = server.open(socket);
    socket.offers = 0;

    server.receive(connection, TestServer.times(50, TestServer.text("hello")));

    assertThat(recorder.messages).isEqualTo(50);
    assertThat(socket.takeAll()).hasSize(50 * 7);
    assertThat(socket.offers).isEqualTo(1);
  }

  @Test
  void afterSixtyFourFramesItIsTheNextConnectionsTurn() {
    MemorySocket neighbourSocket = new MemorySocket();
    Connection flooding = server.open(socket);
    Connection neighbour = server.open(neighbourSocket);

    server.receive(flooding, TestServer.times(600, TestServer.ping()));
    assertThat(socket.takeAll()).hasSize(64 * 3);
    assertThat(socket.paused).isTrue();
    server.receive(neighbour, TestServer.text("hello"));
    assertThat(neighbourSocket.takeAll()).hasSize(7);

    server.mailbox.runOne();
    assertThat(socket.takeAll()).hasSize(64 * 3);
    server.mailbox.runAll();
    assertThat(socket.takeAll()).hasSize((600 - 128) * 3);
    assertThat(socket.paused).isFalse();
  }

  @Test
  void bytesThatComeWhileReadingIsPausedAreKeptInOrder() {
    Connection connection = server.open(socket);

    server.receive(connection, TestServer.times(65, TestServer.text("a")));
    server.receive(connection, TestServer.text("b"));
    server.mailbox.runAll();

    assertThat(recorder.messages).isEqualTo(66);
    assertThat(socket.takeAll()).endsWith(new byte[] {'b'});
  }

  @Test
  void anEndBehindParkedBytesWaitsForThem() {
    Connection connection = server.open(socket);

    server.receive(connection, TestServer.times(100, TestServer.text("a")));
    connection.eof();
    assertThat(recorder.ended).isEmpty();
    server.mailbox.runAll();

    assertThat(recorder.messages).isEqualTo(100);
    assertThat(recorder.ended).containsExactly("1006 ");
    assertThat(socket.closed).isTrue();
  }

  @Test
  void whoAsksAndDoesNotReadIsNoLongerReadFrom() {
    Connection connection = server.open(socket);
    socket.takes = offered -> 0;

    byte[] kilobyte = TestServer.frame(0x82, new byte[1000]);
    for (int i = 0; i < 40 && !socket.paused; i++) {
      server.receive(connection, kilobyte);
    }
    assertThat(recorder.messages).isEqualTo(33);
    assertThat(socket.paused).isTrue();

    socket.takes = offered -> offered;
    socket.shortened = false;
    connection.writable();
    assertThat(socket.paused).isFalse();
    assertThat(socket.takeAll()).hasSize(33 * 1004);
  }

  @Test
  void pongsForWhoDoesNotReadAreNotPiledUp() {
    Connection connection = server.open(socket);
    socket.takes = offered -> 0;

    for (int i = 0; i < 1000; i++) {
      server.receive(connection, TestServer.times(60, TestServer.frame(0x89, new byte[125])));
    }
    socket.takes = offered -> offered;
    socket.shortened = false;
    connection.writable();

    assertThat(socket.takeAll().length).isLessThan(10_000);
  }

  @Test
  void aHandlerIsToldThatTheLaneIsFull() {
    server.settings = server.settings.withLaneBytes(4096);
    List<Boolean> taken = new ArrayList<>();
    Handler sender =
        new Handler() {
          @Override
          public void text(Link link, Utf8 text) {
            for (int i = 0; i < 100; i++) {
              taken.add(link.text("x".repeat(1000)));
              server.loop.endRound();
            }
          }

          @Override
          public void binary(Link link, ByteBuffer payload) {}
        };
    server.door =
        (request, peer) ->
            new Door.Decision.Upgrade(
                dev.carillon.websocket.ServerTerms.DEFAULT, none -> new Application.Bare(sender));
    socket.takes = offered -> offered;
    Connection connection = server.open(socket);
    socket.takes = offered -> 0;

    server.receive(connection, TestServer.text("go"));

    assertThat(taken.stream().filter(one -> one).count()).isBetween(4L, 6L);
  }

  @Test
  void aSilentPeerIsPingedAndThenGivenUp() {
    Connection connection = server.open(socket);

    server.pass(Duration.ofSeconds(24));
    assertThat(socket.takeAll()).isEmpty();
    server.pass(Duration.ofSeconds(2));
    assertThat(hex(socket.takeAll())).isEqualTo("8900");
    server.receive(connection, TestServer.frame(0x8a, new byte[0]));
    server.pass(Duration.ofSeconds(26));
    assertThat(hex(socket.takeAll())).isEqualTo("8900");
    server.pass(Duration.ofSeconds(21));

    assertThat(hex(socket.takeAll())).startsWith("88").contains("03e9"); // 1001
    server.pass(Duration.ofSeconds(6));
    assertThat(socket.aborted).isTrue();
    connection.closed();
    assertThat(recorder.ended).containsExactly("1006 ");
  }

  @Test
  void anIdleConnectionIsClosedAsPongsAreNoMessages() {
    server.settings =
        server.settings.withTimeouts(Timeouts.DEFAULT.withIdle(Duration.ofSeconds(10)));
    Connection connection = server.open(socket);

    for (int i = 0; i < 9; i++) {
      server.pass(Duration.ofSeconds(1));
      server.receive(connection, TestServer.frame(0x8a, new byte[0]));
    }
    assertThat(socket.takeAll()).isEmpty();
    server.pass(Duration.ofSeconds(2));

    assertThat(hex(socket.takeAll())).contains("03e9");
  }

  @Test
  void aMessageThatDoesNotEndIsGivenUp() {
    server.settings =
        server.settings.withTimeouts(Timeouts.DEFAULT.withHeartbeat(Duration.ZERO, Duration.ZERO));
    Connection connection = server.open(socket);
    server.receive(connection, new byte[] {(byte) 0x81, (byte) 0x85, 0, 0, 0, 0, 'a'});

    for (int i = 0; i < 61; i++) {
      server.pass(Duration.ofSeconds(1));
    }

    assertThat(hex(socket.takeAll())).contains("03f0"); // 1008
  }

  @Test
  void aSocketThatTakesNothingIsGivenUp() {
    server.settings =
        server.settings.withTimeouts(Timeouts.DEFAULT.withHeartbeat(Duration.ZERO, Duration.ZERO));
    Connection connection = server.open(socket);
    socket.takes = offered -> 0;
    server.receive(connection, TestServer.text("hello"));

    server.pass(Duration.ofSeconds(59));
    assertThat(socket.aborted).isFalse();
    server.pass(Duration.ofSeconds(2));

    assertThat(socket.aborted).isTrue();
  }

  @Test
  void thePeersCloseIsAnsweredAndTheServerEndsTheLinkFirst() {
    Connection connection = server.open(socket);

    server.receive(connection, TestServer.frame(0x88, new byte[] {0x03, (byte) 0xe8, 'b'}));

    assertThat(hex(socket.takeAll())).startsWith("8802").endsWith("03e8");
    assertThat(socket.outputShut).isTrue();
    assertThat(socket.closed).isFalse();
    connection.eof();
    assertThat(socket.closed).isTrue();
    connection.closed();
    assertThat(recorder.ended).containsExactly("1000 b");
    assertThat(server.loop.connectionCount()).isZero();
    assertThat(server.loop.traffic().closes()).containsEntry(1000, 1L);
  }

  @Test
  void aBrokenRuleEndsTheConnectionBehindWhatWaits() {
    server.settings = server.settings.withLimits(Limits.DEFAULT.withMaxMessageBytes(200));
    Connection connection = server.open(socket);
    socket.takes = offered -> 5;
    server.receive(connection, TestServer.text("hello"));
    server.receive(connection, TestServer.frame(0x82, new byte[201]));
    assertThat(socket.outputShut).isFalse();

    socket.takes = offered -> offered;
    socket.shortened = false;
    connection.writable();

    assertThat(hex(socket.takeAll())).startsWith("810568656c6c6f88").contains("03f1"); // 1009
    assertThat(socket.outputShut).isTrue();
    server.receive(connection, TestServer.text("more"));
    assertThat(socket.takeAll()).isEmpty();
    assertThat(recorder.messages).isEqualTo(1);
  }

  @Test
  void everyConnectionLeavesWithTheServersCode() {
    MemorySocket beginning = new MemorySocket();
    server.open(socket);
    server.accept(beginning);

    server.loop.closeAll(Disconnect.GOING_AWAY);

    assertThat(hex(socket.takeAll())).contains("03e9");
    assertThat(beginning.closed).isTrue();
  }

  @Test
  void aFaultOfTheApplicationStrikesItsOwnConnectionAlone() {
    MemorySocket neighbourSocket = new MemorySocket();
    Connection failing = server.open(socket);
    Connection neighbour = server.open(neighbourSocket);
    recorder.failsAt = 70;
    server.receive(failing, TestServer.times(100, TestServer.text("a")));
    server.receive(neighbour, TestServer.times(100, TestServer.ping()));

    server.mailbox.runAll();

    assertThat(server.faults).hasSize(1);
    assertThat(hex(socket.takeAll())).contains("03f3"); // 1011
    assertThat(neighbourSocket.takeAll()).hasSize(100 * 3);
    assertThat(neighbourSocket.paused).isFalse();
  }

  @Test
  void aLostLinkLeavesNothingBehind() {
    Connection connection = server.open(socket);
    socket.takes = offered -> 0;
    server.receive(connection, TestServer.text("hello"));

    connection.closed();
    connection.closed();

    assertThat(recorder.ended).containsExactly("1006 ");
    assertThat(server.loop.connectionCount()).isZero();
    assertThat(server.loop.traffic().ended()).isEqualTo(1);
    server.pass(Duration.ofSeconds(120));
    assertThat(socket.aborted).isFalse();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
