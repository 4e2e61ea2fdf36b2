package dev.carillon.transport;

import dev.carillon.connection.Connection;
import dev.carillon.connection.Loop;
import dev.carillon.connection.Peer;
import dev.carillon.websocket.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A listener's end of a link. Confined to the channel's event loop. */
final class AcceptedSocket extends ChannelSocket {
  private static final byte[] FULL =
      ("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
              + "Content-Length: 0\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private final Listener listener;
  private final Loop loop;
  private @Nullable HttpExchange exchange;

  AcceptedSocket(Listener listener, Loop loop) {
    this.listener = listener;
    this.loop = loop;
  }

  @Override
  @Nullable Connection opened(ChannelHandlerContext context) {
    if (!listener.admit(context.channel())) {
      context.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
      return null;
    }
    return accept();
  }

  /** Begins to read a request's head: with a link's first, or behind an HTTP exchange. */
  Connection accept() {
    exchange = null;
    return loop.accept(this, peer(), listener.door(), listener.settings());
  }

  Peer peer() {
    SocketAddress address = channel().remoteAddress();
    InetAddress host = address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    boolean secure = context().pipeline().get(SslHandler.class) != null;
    return new Peer(host == null ? "unix" : host.getHostAddress(), secure);
  }

  Listener listener() {
    return listener;
  }

  @Override
  public void http(RequestHead head, ByteBuffer rest) {
    connection(null);
    HttpExchange begun = new HttpExchange(this);
    exchange = begun;
    ByteBuf bytes = Unpooled.buffer();
    bytes.writeBytes(head.toByteArray()).writeBytes(rest);
    begun.begin(context(), bytes);
  }

  @Override
  void foreign(ChannelHandlerContext context, Object message) {
    HttpExchange current = exchange;
    if (message instanceof FullHttpRequest request && current != null) {
      current.request(context, request);
    } else {
      super.foreign(context, message);
    }
  }

  @Override
  void inputEnded() {
    HttpExchange current = exchange;
    if (current == null) {
      super.inputEnded();
    } else {
      current.inputEnded(context());
    }
  }
}
