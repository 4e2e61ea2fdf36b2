package dev.carillon.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How the channels of one event loop read: all into the same two buffers, as one channel reads at a
 * time and what it read is taken before the next one does. Confined to the loop, but for {@link
 * #close()}.
 *
 * <p>A read takes {@value #SMALL} bytes, so that the memory stays in the cache. When more than that
 * is to come of a frame, the next read of the same turn takes up to {@value #LARGE}. Whoever keeps
 * a buffer (TLS, HTTP) has retained it; then another takes its place here.
 */
final class Reads
    implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle, AutoCloseable {
  static final int SMALL = 4 << 10;
  static final int LARGE = 64 << 10;

  private @Nullable ByteBuf small;
  private @Nullable ByteBuf large;
  private @Nullable ChannelConfig config;
  private int wanted = SMALL;

  /** What this turn's channel has read. */
  private int taken;

  private int attempted;
  private int last;

  /** So many bytes are still to come of the frame that was begun. */
  void expect(int bytes) {
    wanted = Math.clamp(bytes, SMALL, LARGE);
  }

  @Override
  public ExtendedHandle newHandle() {
    return this;
  }

  @Override
  public ByteBuf allocate(ByteBufAllocator allocator) {
    int size = wanted;
    wanted = SMALL;
    if (size == SMALL) {
      small = free(small, SMALL, allocator);
      return small.clear().retain();
    }
    large = free(large, LARGE, allocator);
    return large.retainedSlice(0, size).clear();
  }

  private static ByteBuf free(@Nullable ByteBuf buffer, int size, ByteBufAllocator allocator) {
    if (buffer != null && buffer.refCnt() == 1) {
      return buffer;
    }
    if (buffer != null) {
      buffer.release();
    }
    return allocator.directBuffer(size, size);
  }

  @Override
  public int guess() {
    return wanted;
  }

  @Override
  public void reset(ChannelConfig reader) {
    config = reader;
    wanted = SMALL;
    taken = 0;
    attempted = 0;
    last = 0;
  }

  @Override
  public void incMessagesRead(int messages) {}

  @Override
  public void lastBytesRead(int bytes) {
    last = bytes;
    taken += Math.max(bytes, 0);
  }

  @Override
  public int lastBytesRead() {
    return last;
  }

  @Override
  public void attemptedBytesRead(int bytes) {
    attempted = bytes;
  }

  @Override
  public int attemptedBytesRead() {
    return attempted;
  }

  @Override
  public boolean continueReading() {
    return continueReading(() -> last == attempted);
  }

  @Override
  public boolean continueReading(UncheckedBooleanSupplier more) {
    ChannelConfig reader = config;
    // Behind that it is the next channel's turn.
    return reader != null && reader.isAutoRead() && taken < LARGE && taken > 0 && more.get();
  }

  @Override
  public void readComplete() {
    config = null;
  }

  /** Frees the buffers. The loop must have ended. */
  @Override
  public void close() {
    if (small != null) {
      small.release();
    }
    if (large != null) {
      large.release();
    }
  }
}
