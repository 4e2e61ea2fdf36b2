package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.ServerHandshake.Answer.Accepted;
import dev.carillon.websocket.ServerHandshake.Answer.Rejected;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The example of the package's documentation, and both ends of it talking. */
class ExampleTests {
  /** An echo server, but for its socket. */
  private static final class Echo implements Receiver {
    private final Compressors compressors = new Compressors(6);
    private final HttpHead head = HttpHead.request(HttpLimits.DEFAULT);
    private final Sent output = new Sent();
    private Engine engine = Engine.server(Limits.DEFAULT, null, output);
    private boolean open;

    byte[] receive(byte[] bytes) {
      var in = ByteBuffer.wrap(bytes);
      if (!open && head.receive(in) instanceof HttpHead.Progress.Request(var request)) {
        switch (ServerHandshake.answer(request, ServerTerms.DEFAULT)) {
          case Rejected rejected -> send(rejected.head());
          case Accepted accepted -> {
            send(accepted.head());
            open(accepted);
          }
        }
      }
      engine.receive(in, this);
      return output.take();
    }

    private void open(Accepted accepted) {
      var agreed = accepted.deflate();
      var deflate =
          agreed == null ? null : Deflate.server(agreed, DeflatePolicy.DEFAULT, compressors);
      engine = Engine.server(Limits.DEFAULT, deflate, output);
      open = true;
    }

    private void send(ResponseHead answer) {
      var bytes = answer.toByteArray();
      output.reserve(bytes.length).put(bytes);
    }

    @Override
    public void take(Incoming incoming) {
      switch (incoming) {
        case Incoming.Text(var text) -> engine.text(text.bytes());
        case Incoming.Binary(var payload) -> engine.binary(payload);
        case Incoming.Part part -> {}
        case Incoming.Ping ping -> {}
        case Incoming.Pong pong -> {}
        case Incoming.Closed closed -> compressors.close();
      }
    }
  }

  @Test
  void aClientTalksToTheEchoServer() {
    var random = new Random(Split.SEED);
    var echo = new Echo();
    var handshake = ClientHandshake.request(URI.create("ws://h/"), ClientTerms.DEFAULT, random);
    var answer = ByteBuffer.wrap(echo.receive(handshake.head().toByteArray()));
    var progress = HttpHead.response(HttpLimits.DEFAULT).receive(answer);
    var outcome = handshake.check(((HttpHead.Progress.Response) progress).head());
    var agreed = ((ClientHandshake.Outcome.Agreed) outcome).deflate();
    assertThat(agreed).isNotNull();
    assertThat(agreed).isEqualTo(new DeflateAgreement(false, false, 12, 12));
    try (var compressors = new Compressors(6)) {
      var sent = new Sent();
      var client =
          Engine.client(
              Limits.DEFAULT,
              Deflate.client(agreed, DeflatePolicy.DEFAULT, compressors),
              random,
              sent);
      var events = new ArrayList<Event>();
      client.text("hello ".repeat(100));
      client.binary(ByteBuffer.wrap(new byte[] {1}));
      client.close(CloseCode.NORMAL, "");
      client.receive(
          ByteBuffer.wrap(echo.receive(sent.take())), incoming -> events.add(Event.of(incoming)));
      assertThat(events)
          .isEqualTo(
              List.of(
                  Event.text("hello ".repeat(100)), Event.binary("01"), Event.closed(1000, "")));
    }
  }
}
