package dev.carillon.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on the loopback that does what networks do: it delays, stalls one direction, cuts
 * writes into pieces, and breaks connections at any byte, as {@link Faults} say. What happens to a
 * connection is drawn from the seed and the connection's number. Safe for use by many threads.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final Faults faults;
  private final Set<Passage> passages = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger cutsLeft = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
  private final CountDownLatch allCut;

  private FaultProxy(ServerSocket server, InetSocketAddress target, Faults faults) {
    this.server = server;
    this.target = target;
    this.faults = faults;
    this.cutsLeft.set(faults.cuts());
    this.allCut = new CountDownLatch(faults.cuts());
  }

  /** Listens on a free port of the loopback. */
  public static FaultProxy start(InetSocketAddress target, Faults faults) {
    return start(0, target, faults);
  }

  /**
   * Listens on a port of the loopback.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public static FaultProxy start(int port, InetSocketAddress target, Faults faults) {
    try {
      var server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
      var proxy = new FaultProxy(server, target, faults);
      Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.getLocalPort();
  }

  /** How many connections came so far. */
  public int connections() {
    return connections.get();
  }

  /** How many were cut so far. */
  public int cut() {
    return cut.get();
  }

  /** How many are still to be cut. */
  public long cutsLeft() {
    return allCut.getCount();
  }

  /** Waits until as many connections were cut as the faults say. */
  public void awaitCuts() throws InterruptedException {
    allCut.await();
  }

  /** Resets every connection that is open now, beside what the faults say. */
  public void resetAll() {
    passages.forEach(passage -> passage.end(true));
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        int number = connections.getAndIncrement();
        Thread.ofVirtual().name("fault-proxy-" + number).start(() -> open(near, number));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void open(Socket near, int number) {
    var far = new Socket();
    boolean cuts = cutsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    var random = new SplittableRandom(faults.seed() * 0x9E3779B97F4A7C15L + number);
    int limit =
        cuts ? random.nextInt(faults.cutAfterLeast(), faults.cutAfterMost()) : Integer.MAX_VALUE;
    boolean reset = random.nextInt(1000) < faults.resetPerMille();
    var passage = new Passage(near, far, faults, limit, reset, this::countCut);
    passages.add(passage);
    try {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target);
      passage.run(random.split(), random.split());
    } catch (IOException e) {
      passage.end(true);
    } finally {
      passages.remove(passage);
      if (cuts && !passage.wasCut()) {
        cutsLeft.incrementAndGet(); // it ended by itself: another one is cut instead
      }
    }
  }

  private void countCut() {
    cut.incrementAndGet();
    allCut.countDown();
  }

  /** Stops listening and resets every connection. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    resetAll();
  }
}
