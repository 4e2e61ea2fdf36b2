package dev.carillon.connection;

import dev.carillon.core.spi.Bytes;
import dev.carillon.websocket.RequestHead;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a link that has none: what is sent waits here, up to {@value #BYTES} bytes, until a
 * request fetches it. When nobody has come for it in time the link is over. Confined to the loop.
 */
final class FetchedSocket implements Socket {
  static final int BYTES = 64 << 10;

  private static final int KEPT = 1024;

  private final Loop loop;
  private final Bytes waiting = new Bytes(KEPT);
  private @Nullable Connection connection;
  private @Nullable Consumer<byte[]> fetcher;
  private Runnable whenGone = () -> {};
  private long fetched;
  private int until;
  private int quietSince;
  private boolean answering;
  private boolean refused;
  private boolean ended;

  FetchedSocket(Loop loop) {
    this.loop = loop;
    this.quietSince = loop.tickNumber();
  }

  void connection(Connection own) {
    connection = own;
  }

  void whenGone(Runnable task) {
    whenGone = task;
  }

  /** The number of the last request that fetched, 0 before the first. */
  long fetched() {
    return fetched;
  }

  /**
   * Fetches what waits, or what comes next.
   *
   * @param wait how long it may take; then the answer is empty
   */
  void fetch(Duration wait, Consumer<byte[]> answer) {
    Consumer<byte[]> before = fetcher;
    if (before != null) {
      before.accept(new byte[0]);
    }
    fetched++;
    fetcher = answer;
    until = loop.tickNumber() + (int) (wait.toMillis() / Loop.TICK_MILLIS);
    if (waiting.size() > 0 || ended || wait.isZero()) {
      answerLater();
    }
  }

  /** At the end of the round, so that what belongs together leaves together. */
  private void answerLater() {
    if (!answering) {
      answering = true;
      loop.later(this::answer);
    }
  }

  private void answer() {
    answering = false;
    Consumer<byte[]> to = fetcher;
    if (to == null) {
      return;
    }
    fetcher = null;
    quietSince = loop.tickNumber();
    byte[] bytes = Arrays.copyOf(waiting.array(), waiting.size());
    waiting.clear(KEPT);
    to.accept(bytes);
    if (ended) {
      gone();
    } else if (refused && connection != null) {
      refused = false;
      connection.writable();
    }
  }

  void tick(int now, Duration limit) {
    if (fetcher != null && now - until >= 0) {
      answerLater();
    } else if (fetcher == null && Timeouts.over(limit, quietSince, now)) {
      abort();
    }
  }

  @Override
  public int offer(ByteBuffer slice) {
    int size = slice.remaining();
    int taken = ended ? size : Math.min(size, BYTES - waiting.size());
    refused |= taken < size;
    if (!ended && taken > 0) {
      byte[] bytes = new byte[taken];
      slice.get(slice.position(), bytes);
      waiting.put(bytes);
      if (fetcher != null) {
        answerLater();
      }
    }
    return taken;
  }

  @Override
  public void pauseReading(boolean pause) {}

  @Override
  public void shutdownOutput() {
    ended = true;
    if (fetcher != null) {
      answerLater();
    } else if (waiting.size() == 0) {
      loop.later(this::gone);
    }
  }

  @Override
  public void close() {
    shutdownOutput();
  }

  @Override
  public void abort() {
    ended = true;
    waiting.clear(KEPT);
    answerLater();
    loop.later(this::gone);
  }

  private void gone() {
    Connection own = connection;
    if (own != null) {
      connection = null;
      whenGone.run();
      own.closed();
    }
  }

  @Override
  public void http(RequestHead head, ByteBuffer rest) {
    throw new IllegalStateException("there is no request here");
  }
}
