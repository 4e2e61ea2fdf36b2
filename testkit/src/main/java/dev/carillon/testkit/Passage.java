package dev.carillon.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One connection through a {@link FaultProxy}: two directions, each on a virtual thread. */
final class Passage {
  private static final int CHUNK = 16 << 10;

  private final Socket near;
  private final Socket far;
  private final Faults faults;
  private final AtomicLong left;
  private final boolean reset;
  private final Runnable onCut;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean cut;

  Passage(Socket near, Socket far, Faults faults, long limit, boolean reset, Runnable onCut) {
    this.near = near;
    this.far = far;
    this.faults = faults;
    this.left = new AtomicLong(limit);
    this.reset = reset;
    this.onCut = onCut;
  }

  /** Passes bytes until one side ends or the limit is reached. */
  void run(SplittableRandom there, SplittableRandom back) {
    Thread other = Thread.ofVirtual().start(() -> copy(far, near, back));
    copy(near, far, there);
    try {
      other.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(false);
    }
  }

  /** Whether it reached its limit. */
  boolean wasCut() {
    return cut;
  }

  private void copy(Socket from, Socket to, SplittableRandom random) {
    try {
      byte[] bytes = new byte[CHUNK];
      int count = from.getInputStream().read(bytes);
      while (count >= 0) {
        if (!write(to, bytes, count, random)) {
          cutNow();
          return;
        }
        count = from.getInputStream().read(bytes);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      end(true);
    }
  }

  /** Writes what may still pass; false when that was not all. */
  private boolean write(Socket to, byte[] bytes, int count, SplittableRandom random)
      throws IOException {
    pause(faults.delayMillis() + random.nextInt(faults.jitterMillis() + 1));
    int at = 0;
    while (at < count) {
      int size = count - at;
      if (faults.pieceBytes() > 0) {
        size = Math.min(size, 1 + random.nextInt(faults.pieceBytes()));
      }
      long before = left.getAndAdd(-size);
      int passing = Math.clamp(before, 0, size);
      to.getOutputStream().write(bytes, at, passing);
      if (passing < size) {
        return false;
      }
      at += size;
      if (random.nextInt(1000) < faults.stallPerMille()) {
        pause(faults.stallMillis());
      }
    }
    return left.get() > 0;
  }

  private static void pause(long millis) throws IOException {
    if (millis > 0) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private void cutNow() {
    cut = true;
    if (end(reset)) {
      onCut.run();
    }
  }

  /** Closes both sides; false when that was done before. */
  boolean end(boolean byReset) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    for (Socket socket : new Socket[] {near, far}) {
      try (socket) {
        if (byReset) {
          socket.setSoLinger(true, 0);
        }
      } catch (IOException e) {
        // Closed already, by its other side.
      }
    }
    return true;
  }
}
