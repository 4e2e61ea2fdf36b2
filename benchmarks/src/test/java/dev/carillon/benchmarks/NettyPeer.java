package dev.carillon.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A server of Netty's own WebSocket handlers, as its examples put them together: echoes, but in
 * {@code /rooms/{room}} it says to everybody what one says.
 */
public final class NettyPeer {
  private static final int MAX = 16 << 20;
  private static final Map<String, ChannelGroup> ROOMS = new ConcurrentHashMap<>();

  private NettyPeer() {}

  /** Listens at the port that the first argument names; the second may be {@code deflate}. */
  public static void main(String[] arguments) throws InterruptedException {
    boolean deflate = arguments.length > 1 && arguments[1].equals("deflate");
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/")
            .checkStartsWith(true)
            .allowExtensions(deflate)
            .maxFramePayloadLength(MAX)
            .build();
    new ServerBootstrap()
        .group(loops)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(65_536));
                if (deflate) {
                  channel.pipeline().addLast(new WebSocketServerCompressionHandler(0));
                }
                channel
                    .pipeline()
                    .addLast(new WebSocketServerProtocolHandler(config), new Frames());
              }
            })
        .bind("127.0.0.1", Integer.parseInt(arguments[0]))
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }

  private static final class Frames extends SimpleChannelInboundHandler<WebSocketFrame> {
    private @Nullable ChannelGroup room;

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof HandshakeComplete done && done.requestUri().startsWith("/rooms/")) {
        room =
            ROOMS.computeIfAbsent(
                done.requestUri(), path -> new DefaultChannelGroup(GlobalEventExecutor.INSTANCE));
        room.add(context.channel());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
      ChannelGroup members = room;
      if (members == null) {
        context.write(frame.retain());
      } else {
        members.writeAndFlush(frame.retain());
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
