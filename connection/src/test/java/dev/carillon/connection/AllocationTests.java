package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the way of a message through a connection leaves to the garbage collector. */
class AllocationTests {
  private static final int MESSAGES = 64;
  private static final int ROUNDS = 2000;

  /** The event, its text and the view for sending it: at most these three are made. */
  private static final long MOST_BYTES = 120;

  @Test
  void anEchoedMessageCostsNoMoreThanItsEvent() {
    TestServer server = new TestServer(new Application.Bare(Handler.ECHO));
    MemorySocket socket = new MemorySocket();
    socket.forgets = true;
    Connection connection = server.open(socket);
    byte[] bytes = TestServer.times(MESSAGES - 1, TestServer.text("x".repeat(32)));
    ByteBuffer in = ByteBuffer.allocateDirect(bytes.length);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    long before = 0;
    for (int i = 0; i < 2 * ROUNDS; i++) {
      if (i == ROUNDS) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      in.clear().put(bytes).flip();
      connection.received(in);
      connection.readComplete();
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated / ((long) ROUNDS * (MESSAGES - 1))).isLessThanOrEqualTo(MOST_BYTES);
    assertThat(server.loop.traffic().messagesReceived()).isEqualTo(2L * ROUNDS * (MESSAGES - 1));
  }
}
