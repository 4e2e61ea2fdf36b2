package dev.carillon.transport;

import dev.carillon.connection.Connection;
import dev.carillon.websocket.HttpFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One plain HTTP request and its answer. Netty's codec is in the pipeline only meanwhile; then the
 * link begins anew with the next request's head, which may ask for a WebSocket. A request sent
 * before the answer to this one is not served. Confined to the channel's event loop.
 */
final class HttpExchange {
  private static final System.Logger LOG = System.getLogger(HttpExchange.class.getName());
  private static final String CODEC = "http";
  private static final String AGGREGATOR = "http-body";

  private final AcceptedSocket socket;
  private @Nullable Future<?> bodyLimit;
  private boolean requested;
  private boolean last;

  HttpExchange(AcceptedSocket socket) {
    this.socket = socket;
  }

  /** Takes the request's bytes, as far as they have been read. */
  void begin(ChannelHandlerContext ctx, ByteBuf bytes) {
    ChannelPipeline pipeline = ctx.pipeline();
    Listener listener = socket.listener();
    HttpServerCodec codec = new HttpServerCodec();
    pipeline.addBefore(ctx.name(), CODEC, codec);
    pipeline.addBefore(
        ctx.name(),
        AGGREGATOR,
        new HttpBody(listener.options().maxBodyBytes(), () -> tooLarge(ctx)));
    Duration limit = listener.settings().timeouts().handshake();
    if (!limit.isZero()) {
      bodyLimit =
          ctx.executor().schedule(() -> ctx.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
    try {
      codec.channelRead(pipeline.context(CODEC), bytes);
    } catch (Exception failed) { // declared by Netty's handlers
      ctx.fireExceptionCaught(failed);
    }
  }

  /** The peer sends nothing more; it may still read the answer. */
  void inputEnded(ChannelHandlerContext ctx) {
    last = true;
    if (!requested) {
      ctx.close();
    }
  }

  /** The body is larger than may be; what still comes of it is dropped. */
  private void tooLarge(ChannelHandlerContext ctx) {
    requested = true;
    last = true;
    ctx.writeAndFlush(HttpBody.refusal(socket.listener().options().maxBodyBytes()))
        .addListener(sent -> answered(ctx, sent.isSuccess()));
  }

  /** The request is whole. */
  void request(ChannelHandlerContext ctx, FullHttpRequest request) {
    try {
      if (requested || request.decoderResult().isFailure()) {
        last = true;
        if (!requested) {
          requested = true;
          answer(ctx, HttpMethod.GET, HttpResponse.of(400, "text/plain", "a malformed request\n"));
        }
        return;
      }
      requested = true;
      Future<?> limit = bodyLimit;
      if (limit != null) {
        limit.cancel(false);
      }
      ctx.channel().config().setAutoRead(false);
      last |= !HttpUtil.isKeepAlive(request);
      HttpMethod method = request.method();
      respond(request)
          .whenComplete(
              (response, failure) ->
                  ctx.executor().execute(() -> answer(ctx, method, checked(response, failure))));
    } finally {
      request.release();
    }
  }

  private CompletionStage<HttpResponse> respond(FullHttpRequest request) {
    List<HttpFields.Field> fields = new ArrayList<>();
    request
        .headers()
        .forEach(line -> fields.add(new HttpFields.Field(line.getKey(), line.getValue())));
    HttpRequest asked =
        new HttpRequest(
            request.method().name(),
            request.uri(),
            HttpFields.of(fields),
            ByteBufUtil.getBytes(request.content()),
            socket.peer());
    try {
      return socket.listener().http().handle(asked);
    } catch (RuntimeException failed) {
      return CompletableFuture.failedFuture(failed);
    }
  }

  private static HttpResponse checked(
      @Nullable HttpResponse response, @Nullable Throwable failure) {
    if (response != null) {
      return response;
    }
    LOG.log(Level.ERROR, "an HTTP request could not be answered", failure);
    return HttpResponse.of(500, "text/plain; charset=utf-8", "the server failed\n");
  }

  private void answer(ChannelHandlerContext ctx, HttpMethod method, HttpResponse response) {
    if (!ctx.channel().isActive()) {
      return;
    }
    boolean head = method.equals(HttpMethod.HEAD);
    FullHttpResponse full =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    response.fields().lines().forEach(line -> full.headers().add(line.name(), line.value()));
    if (response.status() != 204) { // RFC 9110 8.6
      full.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    if (last) {
      full.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    ChannelFuture sent = ctx.writeAndFlush(full);
    sent.addListener(done -> answered(ctx, done.isSuccess()));
    watch(ctx, sent, Long.MAX_VALUE);
  }

  /** Ends the link when its peer has taken nothing of the answer for too long. */
  private void watch(ChannelHandlerContext ctx, ChannelFuture sent, long before) {
    Duration limit = socket.listener().settings().timeouts().stall();
    ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
    if (sent.isDone() || limit.isZero() || buffer == null) {
      return;
    }
    long waiting = buffer.totalPendingWriteBytes();
    if (waiting >= before) {
      ctx.close();
    } else {
      ctx.executor()
          .schedule(() -> watch(ctx, sent, waiting), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void answered(ChannelHandlerContext ctx, boolean sent) {
    if (last || !sent) {
      socket.shutdownOutput();
      ctx.executor().schedule(() -> ctx.close(), 1, TimeUnit.SECONDS);
      return;
    }
    Connection next = socket.accept();
    socket.connection(next);
    ctx.pipeline().remove(AGGREGATOR);
    ctx.pipeline().remove(CODEC);
    next.readComplete();
    ctx.channel().config().setAutoRead(true);
  }
}
