package dev.carillon.transport;

import dev.carillon.connection.Loop;
import dev.carillon.connection.Traffic;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Node;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Mailbox;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which listeners and clients work, each with the {@link Loop} that its connections
 * share. Safe for use by many threads.
 */
public final class EventLoops implements AutoCloseable {
  private static final long DRAIN_POLL_MILLIS = 20;

  /** What can wait is not done while the first connections do. */
  private static final long AFTER_START_MILLIS = 1000;

  private final IoEventLoopGroup group;
  private final boolean epoll;
  private final List<Worker> workers = new ArrayList<>();

  /** A thread, what its connections share, and the shard that it drives. */
  private static final class Worker {
    private final SingleThreadEventLoop thread;
    private final Loop loop;
    private final Reads reads = new Reads();
    private volatile @Nullable Shard shard;

    Worker(SingleThreadEventLoop thread, Loop loop) {
      this.thread = thread;
      this.loop = loop;
    }
  }

  private record ThreadMailbox(SingleThreadEventLoop thread) implements Mailbox {
    @Override
    public void post(Runnable task) {
      thread.execute(task);
    }

    @Override
    public void postBehindInput(Runnable task) {
      // What is executed now would still run before the thread looks at its sockets.
      thread.executeAfterEventLoopIteration(() -> thread.execute(task));
    }
  }

  private EventLoops(LoopOptions options, InstantSource clock) {
    epoll = options.nativeSockets() && Epoll.isAvailable();
    IoHandlerFactory sockets = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group =
        new MultiThreadIoEventLoopGroup(
            options.threads(), new DefaultThreadFactory("carillon-loop", true), sockets);
    for (EventExecutor executor : group) {
      SingleThreadEventLoop thread = (SingleThreadEventLoop) executor;
      Loop loop =
          new Loop(
              thread::execute,
              clock,
              new SecureMasks(),
              options.compressionLevel(),
              ChannelSocket::logFault);
      workers.add(new Worker(thread, loop));
      thread.scheduleWithFixedDelay(
          loop::tick, Loop.TICK_MILLIS, Loop.TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (epoll) {
      Runnable link = () -> Thread.ofPlatform().daemon().start(DirectSend::prepare);
      workers.getFirst().thread.schedule(link, AFTER_START_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Starts the threads. */
  public static EventLoops start(LoopOptions options, InstantSource clock) {
    return new EventLoops(options, clock);
  }

  /** The way into each loop, in order: what a {@link Node} with a shard for each is made of. */
  public List<Mailbox> mailboxes() {
    return workers.stream().<Mailbox>map(worker -> new ThreadMailbox(worker.thread)).toList();
  }

  /** Gives each loop the node's shard of the same index. To be called before listening. */
  public void serve(Node node) {
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      Shard shard = node.shard(i);
      worker.shard = shard;
      worker.thread.execute(() -> worker.loop.serve(shard));
    }
  }

  /** Whether sockets are epoll's. */
  public boolean epoll() {
    return epoll;
  }

  /** What the connections of each thread share, in order. */
  public List<Loop> loops() {
    return workers.stream().map(worker -> worker.loop).toList();
  }

  /** What has gone over the connections of each loop. */
  public List<Traffic> traffic() {
    return workers.stream().map(worker -> worker.loop.traffic()).toList();
  }

  /** Bytes of memory outside the heap that the transport keeps for its own buffers. */
  public long bufferBytes() {
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
        ? provider.metric().usedDirectMemory()
        : 0;
  }

  /** Completes when every loop has done what it was doing: they live. */
  public CompletableFuture<Void> answering() {
    return onEach(worker -> {});
  }

  /**
   * Ends all connections in good order: sessions are told goodbye, WebSockets are closed after what
   * was sent. What is left when the time is over is cut off by {@link #close()}. Listeners should
   * have been closed before.
   *
   * @param spread over which clients are told to come back
   * @param limit how long it may take
   * @return completes when no connection is left or the time is over
   */
  public CompletableFuture<Void> drain(Disconnect why, Duration spread, Duration limit) {
    CompletableFuture<Void> told =
        onEach(
            worker -> {
              Shard shard = worker.shard;
              if (shard != null) {
                shard.goodbye(why, spread.toMillis());
              }
              worker.loop.closeAll(why);
            });
    long deadline = System.nanoTime() + limit.toNanos();
    return told.thenCompose(
        nothing ->
            CompletableFuture.allOf(
                workers.stream()
                    .map(worker -> emptied(worker, deadline))
                    .toArray(CompletableFuture<?>[]::new)));
  }

  private static CompletableFuture<Void> emptied(Worker worker, long deadline) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    worker.thread.execute(
        new Runnable() {
          @Override
          public void run() {
            if (worker.loop.connectionCount() == 0 || System.nanoTime() - deadline >= 0) {
              done.complete(null);
            } else {
              worker.thread.schedule(this, DRAIN_POLL_MILLIS, TimeUnit.MILLISECONDS);
            }
          }
        });
    return done;
  }

  /** Cuts off what is left and ends the threads. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    for (Worker worker : workers) {
      worker.loop.close();
      worker.reads.close();
    }
  }

  IoEventLoopGroup group() {
    return group;
  }

  Loop loopOf(EventLoop thread) {
    return workerOf(thread).loop;
  }

  Reads readsOf(EventLoop thread) {
    return workerOf(thread).reads;
  }

  private Worker workerOf(EventLoop thread) {
    for (Worker worker : workers) {
      if (worker.thread == thread) {
        return worker;
      }
    }
    throw new IllegalStateException("the channel belongs to a loop of another group");
  }

  private CompletableFuture<Void> onEach(Consumer<Worker> action) {
    return CompletableFuture.allOf(
        workers.stream()
            .map(worker -> CompletableFuture.runAsync(() -> action.accept(worker), worker.thread))
            .toArray(CompletableFuture<?>[]::new));
  }
}
