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
      case Door.Decision.Stream(var rooms, var fields) -> {
        if (hasBody(request)) {
          refuse(400, "a request for an event stream has no body", HttpFields.NONE);
        } else {
          new StreamStage(connection, settings, rooms, fields, null).open();
        }
        in.position(in.limit()); // nothing is served behind a stream
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

  private static boolean hasBody(RequestHead request) {
    String length = request.fields().first("Content-Length");
    return length != null && !length.equals("0")
        || request.fields().first("Transfer-Encoding") != null;
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
    refuse(Refusal.head(status, fields), words);
  }

  private void refuse(ResponseHead answer, String words) {
    Refusal.send(connection, answer, words);
    new Parting(connection, settings.timeouts().close(), true).begin();
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
