package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.HttpHead;
import dev.carillon.websocket.RequestHead;
import dev.carillon.websocket.ResponseHead;
import dev.carillon.websocket.ServerHandshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A server's end before the opening handshake is over: reads the request and answers it. */
final class RequestStage extends Stage {
  private final Connection connection;
  private final ConnectionSettings settings;
  private final Door door;
  private final Peer peer;
  private final HttpHead head;
  private final int since;
  private boolean begun;

  RequestStage(Connection connection, ConnectionSettings settings, Door door, Peer peer) {
    this.connection = connection;
    this.settings = settings;
    this.door = door;
    this.peer = peer;
    this.head = HttpHead.request(settings.head());
    this.since = connection.loop().tickNumber();
  }

  @Override
  void received(ByteBuffer in) {
    begun = true;
    switch (head.receive(in)) {
      case HttpHead.Progress.Incomplete() -> {}
      case HttpHead.Progress.Request(var request) -> decide(request, in);
      case HttpHead.Progress.Response response -> throw new IllegalStateException("" + response);
      case HttpHead.Progress.Malformed(var rule, var words) ->
          refuse(ServerHandshake.reject(rule).head(), words);
    }
  }

  private void decide(RequestHead request, ByteBuffer in) {
    switch (door.decide(request, peer)) {
      case Door.Decision.Upgrade(var terms, var entry) -> {
        switch (ServerHandshake.answer(request, terms)) {
          case ServerHandshake.Answer.Accepted(var answer, var subprotocol, var deflate) ->
              open(answer, subprotocol, deflate, entry);
          case ServerHandshake.Answer.Rejected(var rule, var answer, var words) ->
              refuse(answer, words);
        }
      }
      case Door.Decision.Http() -> {
        Socket socket = connection.socket();
        connection.over();
        socket.http(request, in);
        in.position(in.limit());
      }
      case Door.Decision.Refuse(var status, var words, var fields) -> refuse(status, words, fields);
    }
  }

  private void open(
      ResponseHead answer,
      @Nullable String subprotocol,
      @Nullable DeflateAgreement agreement,
      Door.Entry entry) {
    Application application = entry.open(subprotocol);
    Deflate deflate =
        agreement == null
            ? null
            : Deflate.server(agreement, settings.compression(), connection.loop().compressors());
    connection.outbox().put(ByteBuffer.wrap(answer.toByteArray()));
    WebSocketStage.server(connection, settings, application, subprotocol, deflate).open();
  }

  private void refuse(int status, String words, HttpFields fields) {
    refuse(new ResponseHead(status, reason(status), fields), words);
  }

  /** Sends a problem and closes. The head's own framing of its body, if any, is replaced. */
  private void refuse(ResponseHead answer, String words) {
    byte[] body =
        ("{\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n"
                .formatted(reason(answer.status()), answer.status(), escaped(words)))
            .getBytes(StandardCharsets.UTF_8);
    var fields =
        answer.fields().lines().stream()
            .filter(line -> !line.name().equalsIgnoreCase("Content-Length"))
            .filter(line -> !line.name().equalsIgnoreCase("Connection"))
            .toList();
    HttpFields all =
        HttpFields.of(fields)
            .with("Connection", upgradeNamed(answer) ? "close, Upgrade" : "close")
            .with("Content-Type", "application/problem+json")
            .with("Content-Length", Integer.toString(body.length));
    ResponseHead full = new ResponseHead(answer.status(), reason(answer.status()), all);
    connection.loop().traffic().refused(answer.status());
    connection.outbox().put(ByteBuffer.wrap(full.toByteArray()));
    connection.outbox().put(ByteBuffer.wrap(body));
    new Parting(connection, settings.timeouts().close(), true).begin();
  }

  // RFC 9110 7.8: who sends Upgrade names it in Connection too.
  private static boolean upgradeNamed(ResponseHead answer) {
    return answer.fields().first("Upgrade") != null;
  }

  private static String escaped(String words) {
    StringBuilder escaped = new StringBuilder(words.length() + 8);
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c >= 0x20) {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 426 -> "Upgrade Required";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      case 505 -> "HTTP Version Not Supported";
      default -> status < 500 ? "Refused" : "Failed";
    };
  }

  @Override
  void writable() {
    connection.outbox().drain();
  }

  @Override
  void eof() {
    connection.socket().close();
  }

  @Override
  void closed() {}

  @Override
  void tick(int now) {
    if (!Timeouts.over(settings.timeouts().handshake(), since, now)) {
      return;
    }
    if (begun) {
      refuse(
          408,
          "no whole request came within %s s"
              .formatted(settings.timeouts().handshake().toSeconds()),
          HttpFields.NONE);
    } else {
      connection.socket().close();
    }
  }

  @Override
  void leave(Disconnect why) {
    if (begun) {
      int status = why == Disconnect.INTERNAL ? 500 : 503;
      refuse(status, why.words(), HttpFields.NONE);
    } else {
      connection.socket().close();
    }
  }
}
