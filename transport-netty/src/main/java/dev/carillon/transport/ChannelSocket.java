package dev.carillon.transport;

import dev.carillon.connection.Connection;
import dev.carillon.connection.Socket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A channel's one handler, and its connection's socket. Confined to the channel's event loop.
 *
 * <p>On epoll without TLS bytes go straight to the descriptor as long as Netty holds none; when the
 * kernel takes no more, or the link is broken, a small piece is left to Netty, which waits for the
 * descriptor and tells when the piece is gone, or that all is. Elsewhere bytes are copied into
 * Netty's buffers up to the water mark.
 */
abstract class ChannelSocket extends ChannelInboundHandlerAdapter implements Socket {
  private static final System.Logger LOG = System.getLogger(ChannelSocket.class.getName());

  /** With a direct descriptor: unwritable while Netty holds a single byte. */
  private static final WriteBufferWaterMark ANYTHING = new WriteBufferWaterMark(1, 1);

  private static final WriteBufferWaterMark COPIED = new WriteBufferWaterMark(16 << 10, 64 << 10);

  /** The piece that is left to Netty. */
  private static final int PIECE = 512;

  /** How much of a buffer on the heap is copied for one write. */
  private static final int CHUNK = 16 << 10;

  private @Nullable ChannelHandlerContext context;
  private @Nullable FileDescriptor descriptor;
  private @Nullable Connection connection;
  private boolean offering;

  /** Whether Netty holds bytes that have to go first, or more than it should. */
  private boolean full;

  // -- For those who know what the channel is for ------------------------------------------------

  /** The channel is there: makes the connection. */
  abstract @Nullable Connection opened(ChannelHandlerContext context);

  /** Something that is no bytes has come, after the connection was left for HTTP. */
  void foreign(ChannelHandlerContext context, Object message) {
    io.netty.util.ReferenceCountUtil.release(message);
  }

  /** The link broke, or TLS could not be agreed. */
  void broken(Throwable cause) {}

  final ChannelHandlerContext context() {
    ChannelHandlerContext own = context;
    if (own == null) {
      throw new IllegalStateException("the channel is not there yet");
    }
    return own;
  }

  final Channel channel() {
    return context().channel();
  }

  final void connection(@Nullable Connection next) {
    connection = next;
  }

  // -- From Netty --------------------------------------------------------------------------------

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
  }

  private void begin(ChannelHandlerContext ctx) {
    if (connection != null) {
      return;
    }
    Channel channel = ctx.channel();
    boolean plain = ctx.pipeline().get(SslHandler.class) == null;
    if (plain && channel instanceof UnixChannel unix) {
      descriptor = unix.fd();
      channel.config().setWriteBufferWaterMark(ANYTHING);
    } else {
      channel.config().setWriteBufferWaterMark(COPIED);
    }
    connection = opened(ctx);
    Connection begun = connection;
    if (begun != null) {
      begun.readComplete();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      foreign(ctx, message);
      return;
    }
    try {
      Connection reader = connection;
      if (reader != null) {
        int size = bytes.readableBytes();
        reader.received(
            bytes.nioBufferCount() == 1
                ? bytes.internalNioBuffer(bytes.readerIndex(), size)
                : bytes.nioBuffer());
        int expected = reader.expectedBytes();
        if (expected > Reads.SMALL
            && ctx.channel().config().getRecvByteBufAllocator() instanceof Reads reads) {
          reads.expect(expected);
        }
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Connection reader = connection;
    if (reader != null) {
      reader.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Connection writer = connection;
    full = !ctx.channel().isWritable();
    if (!offering && writer != null && !full) {
      writer.writable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      inputEnded();
    }
  }

  /** The peer sends nothing more. */
  void inputEnded() {
    Connection reader = connection;
    if (reader != null) {
      reader.eof();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Connection ended = connection;
    if (ended != null) {
      ended.closed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Connection failed = connection;
    if (cause instanceof IOException || cause instanceof DecoderException || failed == null) {
      broken(cause);
      ctx.close();
    } else {
      logFault(cause);
      failed.failed();
    }
  }

  static void logFault(Throwable fault) {
    LOG.log(Level.ERROR, "a connection is closed after a fault of the server", fault);
  }

  // -- Socket ------------------------------------------------------------------------------------

  @Override
  public int offer(ByteBuffer slice) {
    FileDescriptor direct = descriptor;
    if (direct == null ? !channel().isActive() : !direct.isOpen()) {
      return slice.remaining();
    }
    offering = true;
    try {
      return direct == null ? copy(context(), slice) : send(direct, slice);
    } catch (IOException lost) {
      broken(lost);
      context().close();
      return slice.remaining();
    } finally {
      offering = false;
    }
  }

  @Override
  public int prefetch() {
    FileDescriptor direct = descriptor;
    return direct == null ? 0 : direct.intValue();
  }

  /** The channel itself is left alone, as each step to what it knows is a cache missed. */
  private int send(FileDescriptor direct, ByteBuffer slice) throws IOException {
    int from = slice.position();
    int end = slice.limit();
    int at = from;
    while (at < end && !full) {
      if (DirectSend.isReady()) {
        at += DirectSend.send(direct.intValue(), slice.position(at));
      } else if (slice.isDirect()) {
        at += direct.write(slice, at, end);
      } else {
        at = sendFromHeap(context(), direct, slice, at);
      }
      if (at < end) {
        ChannelHandlerContext ctx = context();
        int piece = Math.min(PIECE, end - at);
        ctx.writeAndFlush(copyOf(ctx, slice, at, piece), ctx.voidPromise());
        at += piece;
      }
    }
    return direct.isOpen() ? at - from : end - from;
  }

  private static int sendFromHeap(
      ChannelHandlerContext ctx, FileDescriptor direct, ByteBuffer slice, int from)
      throws IOException {
    int at = from;
    int chunk;
    int written;
    do {
      chunk = Math.min(CHUNK, slice.limit() - at);
      ByteBuf copy = copyOf(ctx, slice, at, chunk);
      try {
        ByteBuffer bytes = copy.internalNioBuffer(0, chunk);
        written = direct.write(bytes, bytes.position(), bytes.limit());
      } finally {
        copy.release();
      }
      at += written;
    } while (written == chunk && at < slice.limit());
    return at;
  }

  private static int copy(ChannelHandlerContext ctx, ByteBuffer slice) {
    Channel channel = ctx.channel();
    int from = slice.position();
    int at = from;
    while (at < slice.limit() && channel.isWritable()) {
      int room = (int) Math.min(Math.max(channel.bytesBeforeUnwritable(), 1), COPIED.high());
      int some = Math.min(room, slice.limit() - at);
      ctx.writeAndFlush(copyOf(ctx, slice, at, some), ctx.voidPromise());
      at += some;
    }
    return at - from;
  }

  private static ByteBuf copyOf(ChannelHandlerContext ctx, ByteBuffer slice, int from, int size) {
    return ctx.alloc().directBuffer(size, size).writeBytes(slice.slice(from, size));
  }

  @Override
  public int heldBytes() {
    ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : (int) Math.min(buffer.totalPendingWriteBytes(), Integer.MAX_VALUE);
  }

  @Override
  public void pauseReading(boolean pause) {
    channel().config().setAutoRead(!pause);
  }

  @Override
  public void shutdownOutput() {
    ChannelHandlerContext ctx = context();
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (ctx.channel() instanceof DuplexChannel duplex) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> duplex.shutdownOutput());
    } else {
      close();
    }
  }

  @Override
  public void close() {
    context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void abort() {
    context().close();
  }
}
