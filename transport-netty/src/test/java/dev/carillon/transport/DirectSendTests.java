package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DirectSendTests {
  private Socket out;
  private SocketChannel in;

  @BeforeAll
  static void link() {
    assumeThat(Epoll.isAvailable()).isTrue();
    DirectSend.use(true);
    assertThat(DirectSend.isReady()).isTrue();
  }

  @AfterAll
  static void leaveAsItWas() {
    DirectSend.use(false);
  }

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      out = Socket.newSocketStream();
      out.connect(server.getLocalAddress());
      in = server.accept();
    }
  }

  @AfterEach
  void close() throws IOException {
    out.close();
    in.close();
  }

  private String came(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining() && in.read(buffer) >= 0) {}
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }

  @Test
  void whatIsBetweenPositionAndLimitArrivesFromAnyBuffer() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(9);
    direct.put("[direct]!".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer heap = ByteBuffer.wrap("..[heap]..".getBytes(StandardCharsets.US_ASCII));

    assertThat(DirectSend.send(out.intValue(), direct.position(1).limit(7))).isEqualTo(6);
    assertThat(DirectSend.send(out.intValue(), heap.slice(2, 6))).isEqualTo(6);
    assertThat(DirectSend.send(out.intValue(), heap.slice(2, 6).position(5))).isEqualTo(1);
    assertThat(came(13)).isEqualTo("direct[heap]]");
  }

  @Test
  void aSocketTakesWhatItHasRoomForAndThenNothing() throws IOException {
    out.setSendBufferSize(8 << 10);
    in.setOption(StandardSocketOptions.SO_RCVBUF, 8 << 10);
    ByteBuffer much = ByteBuffer.allocate(64 << 20);

    int taken = DirectSend.send(out.intValue(), much);
    assertThat(taken).isBetween(1, much.capacity() - 1);
    await().until(() -> DirectSend.send(out.intValue(), much) == 0);
  }

  @Test
  void ofAPeerThatIsGoneNothingIsSaidAndNothingIsTaken() throws IOException {
    in.setOption(StandardSocketOptions.SO_LINGER, 0);
    in.close();

    await().until(() -> DirectSend.send(out.intValue(), ByteBuffer.allocate(1)) == 0);
  }

  @Test
  void aDescriptorThatIsNoneTakesNothing() {
    assertThat(DirectSend.send(-1, ByteBuffer.allocate(1))).isZero();
  }
}
