package dev.carillon.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A socket and its two virtual threads: one reads and waits until what it has read was taken, one
 * writes what it is given. Safe for many threads.
 */
final class Wires {
  private static final int CHUNK = 32 << 10;

  /** How long the other side may take to hang up after we have. */
  private static final long GOODBYE_MILLIS = 2_000;

  private static final byte[] END = new byte[0];

  private final Socket socket;
  private final LinkedBlockingQueue<byte[]> toWrite = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final CountDownLatch readerGone = new CountDownLatch(1);

  Wires(Socket socket) {
    this.socket = socket;
  }

  /**
   * Starts both threads.
   *
   * @param first bytes that came behind the handshake
   * @param taker takes bytes; returns when it is done with them, or throws when the driver is gone
   * @param ended is told once that there are no more
   */
  void start(ByteBuffer first, Consumer<ByteBuffer> taker, Runnable ended) {
    Thread.ofVirtual().name("carillon-client-read").start(() -> read(first, taker, ended));
    Thread.ofVirtual().name("carillon-client-write").start(this::write);
  }

  /** Bytes that were handed over and not written yet. */
  int waiting() {
    return waiting.get();
  }

  void write(byte[] bytes) {
    waiting.addAndGet(bytes.length);
    toWrite.add(bytes);
  }

  /** Writes what is left, waits for the other side to hang up, and closes; soon in any case. */
  void end() {
    toWrite.add(END);
    Thread.ofVirtual().name("carillon-client-close").start(this::close);
  }

  private void close() {
    try (socket) {
      readerGone.await(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      // It is of no use any more, whatever it says.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(ByteBuffer first, Consumer<ByteBuffer> taker, Runnable ended) {
    try {
      if (first.hasRemaining()) {
        taker.accept(first);
      }
      InputStream in = socket.getInputStream();
      byte[] chunk = new byte[CHUNK];
      int count = in.read(chunk);
      while (count >= 0) {
        taker.accept(ByteBuffer.wrap(chunk, 0, count));
        count = in.read(chunk);
      }
    } catch (IOException e) {
      // A reset says as much as an end: the connection is no more.
    } finally {
      readerGone.countDown();
      ended.run();
    }
  }

  private void write() {
    try {
      OutputStream out = socket.getOutputStream();
      byte[] bytes = toWrite.take();
      while (bytes != END) {
        out.write(bytes);
        waiting.addAndGet(-bytes.length);
        bytes = toWrite.take();
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      // The reader finds out too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
