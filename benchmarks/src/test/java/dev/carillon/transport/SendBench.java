package dev.carillon.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A frame of 132 bytes from a direct buffer into a TCP socket of the loopback network, by either
 * way. The same thread takes the bytes out again, a hundred frames at once, so nobody is woken.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH calls connect()
public class SendBench {
  private static final int FRAME = 132;
  private static final int FRAMES = 100;

  private final ByteBuffer frame = ByteBuffer.allocateDirect(FRAME);
  private final ByteBuffer taken = ByteBuffer.allocateDirect(FRAME * FRAMES);
  private Socket out;
  private SocketChannel in;

  /** Connects. */
  @Setup
  public void connect() throws IOException {
    Epoll.ensureAvailability();
    DirectSend.prepare();
    if (!DirectSend.isReady()) {
      throw new IllegalStateException("send is not to be had here");
    }
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      out = Socket.newSocketStream();
      out.connect(server.getLocalAddress());
      out.setTcpNoDelay(true);
      in = server.accept();
    }
  }

  /** Ends. */
  @TearDown
  public void close() throws IOException {
    out.close();
    in.close();
  }

  private void take() throws IOException {
    taken.clear();
    while (taken.hasRemaining()) {
      in.read(taken);
    }
  }

  /** Netty's native method, which calls {@code write}. */
  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public void netty() throws IOException {
    for (int i = 0; i < FRAMES; i++) {
      out.write(frame, 0, FRAME);
    }
    take();
  }

  /** The system's {@code send} as a foreign function. */
  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public void direct() throws IOException {
    for (int i = 0; i < FRAMES; i++) {
      DirectSend.send(out.intValue(), frame.position(0));
    }
    take();
  }
}
