package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.HttpHead;
import dev.carillon.websocket.ResponseHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's end before the opening handshake is over: sends the request and reads its answer. */
final class ResponseStage extends Stage {
  private static final int SNIPPET = 1024;
  private static final Duration SNIPPET_LIMIT = Duration.ofSeconds(1);

  private final Connection connection;
  private final ConnectionSettings settings;
  private final ClientHandshake handshake;
  private final Handler handler;
  private final Consumer<HandshakeFailure> failed;
  private final HttpHead head;
  private int since;
  private @Nullable Refusal refusal;

  /** A refusal, while some of its body is awaited. */
  private record Refusal(String words, ResponseHead response, ByteBuffer body) {}

  ResponseStage(
      Connection connection,
      ConnectionSettings settings,
      ClientHandshake handshake,
      Handler handler,
      Consumer<HandshakeFailure> failed) {
    this.connection = connection;
    this.settings = settings;
    this.handshake = handshake;
    this.handler = handler;
    this.failed = failed;
    this.head = HttpHead.response(settings.head());
    this.since = connection.loop().tickNumber();
  }

  void begin() {
    connection.outbox().put(ByteBuffer.wrap(handshake.head().toByteArray()));
  }

  @Override
  void received(ByteBuffer in) {
    Refusal waiting = refusal;
    if (waiting != null) {
      snip(waiting, in);
      return;
    }
    switch (head.receive(in)) {
      case HttpHead.Progress.Incomplete() -> {}
      case HttpHead.Progress.Request request -> throw new IllegalStateException("" + request);
      case HttpHead.Progress.Response(var response) -> check(response, in);
      case HttpHead.Progress.Malformed(var rule, var words) ->
          fail("the server does not speak HTTP/1.1: " + words, null, "");
    }
  }

  private void check(ResponseHead response, ByteBuffer in) {
    switch (handshake.check(response)) {
      case ClientHandshake.Outcome.Agreed(var subprotocol, var agreement) -> {
        Deflate deflate =
            agreement == null
                ? null
                : Deflate.client(
                    agreement, settings.compression(), connection.loop().compressors());
        WebSocketStage.client(connection, settings, handler, subprotocol, deflate).open();
      }
      case ClientHandshake.Outcome.Refused(var rule, var answer, var words) -> {
        since = connection.loop().tickNumber();
        Refusal refused = new Refusal(words, answer, ByteBuffer.allocate(bodyLength(answer)));
        refusal = refused;
        snip(refused, in);
      }
    }
  }

  private static int bodyLength(ResponseHead response) {
    String length = response.fields().first("Content-Length");
    if (response.status() < 200 || response.status() == 204 || response.status() == 304) {
      return 0;
    }
    if (length == null || length.length() > 4 || !length.chars().allMatch(Character::isDigit)) {
      return SNIPPET;
    }
    return Math.min(SNIPPET, Integer.parseInt("0" + length));
  }

  private void snip(Refusal refused, ByteBuffer in) {
    ByteBuffer body = refused.body();
    int some = Math.min(in.remaining(), body.remaining());
    body.put(in.slice(in.position(), some));
    in.position(in.limit());
    if (!body.hasRemaining()) {
      refused(refused);
    }
  }

  private void refused(Refusal refused) {
    ByteBuffer body = refused.body().flip();
    fail(refused.words(), refused.response(), StandardCharsets.UTF_8.decode(body).toString());
  }

  private void fail(String words, @Nullable ResponseHead response, String body) {
    connection.over();
    connection.socket().close();
    failed.accept(new HandshakeFailure(words, response, body));
  }

  @Override
  void writable() {
    connection.outbox().drain();
  }

  @Override
  void eof() {
    Refusal waiting = refusal;
    if (waiting == null) {
      fail("the server closed the connection during the opening handshake", null, "");
    } else {
      refused(waiting);
    }
  }

  @Override
  void closed() {
    Refusal waiting = refusal;
    if (waiting == null) {
      String words = "the connection was lost during the opening handshake";
      failed.accept(new HandshakeFailure(words, null, ""));
    } else {
      ByteBuffer body = waiting.body().flip();
      String snippet = StandardCharsets.UTF_8.decode(body).toString();
      failed.accept(new HandshakeFailure(waiting.words(), waiting.response(), snippet));
    }
  }

  @Override
  void tick(int now) {
    Refusal waiting = refusal;
    Duration limit = settings.timeouts().handshake();
    if (waiting != null && Timeouts.over(SNIPPET_LIMIT, since, now)) {
      refused(waiting);
    } else if (waiting == null && Timeouts.over(limit, since, now)) {
      fail(
          "the server did not answer the handshake within %s s".formatted(limit.toSeconds()),
          null,
          "");
    }
  }

  @Override
  void leave(Disconnect why) {
    fail("the client was closed during the opening handshake", null, "");
  }
}
