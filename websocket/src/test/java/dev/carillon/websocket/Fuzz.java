package dev.carillon.websocket;

import dev.carillon.websocket.HttpHead.Progress;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What must hold for any bytes whatever. Each target takes an input and throws when it does not.
 */
final class Fuzz {
  private static final Limits LIMITS = new Limits(1 << 16, 1 << 16, 100);

  private Fuzz() {}

  /** The engine: the same events for any split, and answers that the other end understands. */
  static void frames(byte[] input) {
    if (input.length == 0) {
      return;
    }
    boolean client = (input[0] & 1) != 0;
    var delivery = (input[0] & 2) != 0 ? Delivery.PARTS : Delivery.WHOLE;
    var bytes = Arrays.copyOfRange(input, 1, input.length);
    var whole = run(Split.WHOLE, client, delivery, bytes);
    var split = run(Split.RANDOM, client, delivery, bytes);
    require(joined(whole.events).equals(joined(split.events)), whole.events, split.events);
    var answers = whole.sent.take();
    require(Arrays.equals(answers, split.sent.take()), "bytes sent", "differ");
    require(whole.engine.heldBytes() == 0, "held", whole.engine.heldBytes());
    require(whole.engine.closed(), "state", whole.engine.state());
    var last = whole.events.get(whole.events.size() - 1);
    require(last instanceof Event.Closed, "last event", last);

    var other = run(Split.WHOLE, !client, Delivery.WHOLE, answers);
    require(other.engine.violation() == null, "answers break", other.events);
  }

  private static EngineDriver run(Split split, boolean client, Delivery delivery, byte[] bytes) {
    var driver =
        new EngineDriver(
            split,
            client,
            out ->
                client
                    ? Engine.client(LIMITS, null, delivery, EngineDriver.keys(), out)
                    : Engine.server(LIMITS, null, delivery, out));
    return driver.receive(bytes).eof();
  }

  /** Parts of one message put together: how they are cut depends on the split. */
  private static List<Event> joined(List<Event> events) {
    var joined = new ArrayList<Event>();
    var parts = new StringBuilder();
    for (var event : events) {
      if (event instanceof Event.Part(var text, var hex, var first, var last)) {
        parts.append(first ? "|" : "").append(hex.isEmpty() ? "" : hex + " ");
        if (last) {
          joined.add(new Event.Part(text, parts.toString(), true, true));
          parts.setLength(0);
        }
      } else {
        joined.add(event);
      }
    }
    return joined;
  }

  /** Heads and handshakes: the same for any split, and answers that parse. */
  static void handshake(byte[] input) {
    var request = head(HttpHead.request(HttpLimits.DEFAULT), Split.WHOLE, input);
    require(
        request.equals(head(HttpHead.request(HttpLimits.DEFAULT), Split.RANDOM, input)),
        "request",
        "differs");
    if (request instanceof Progress.Request(var read)) {
      var again = head(HttpHead.request(HttpLimits.DEFAULT), Split.WHOLE, read.toByteArray());
      require(request.equals(again), "request", "rendered differently");
      var answer = ServerHandshake.answer(read, ServerTerms.DEFAULT).head();
      var parsed = head(HttpHead.response(HttpLimits.DEFAULT), Split.WHOLE, answer.toByteArray());
      require(parsed.equals(new Progress.Response(answer)), "answer", parsed);
      OriginPolicy.of(List.of("https://*.example.org"), false)
          .allows(read.fields().first("Origin"));
    } else if (request instanceof Progress.Malformed(var rule, var words)) {
      require(ServerHandshake.reject(rule).head().status() >= 400, rule, words);
    }
    var response = head(HttpHead.response(HttpLimits.DEFAULT), Split.WHOLE, input);
    require(
        response.equals(head(HttpHead.response(HttpLimits.DEFAULT), Split.RANDOM, input)),
        "response",
        "differs");
    if (response instanceof Progress.Response(var read)) {
      ClientHandshake.request(URI.create("ws://h/"), ClientTerms.DEFAULT, new Random(1))
          .check(read);
    }
  }

  private static Progress head(HttpHead head, Split split, byte[] bytes) {
    for (var part : split.cut(bytes)) {
      var progress = head.receive(ByteBuffer.wrap(part));
      if (!(progress instanceof Progress.Incomplete)) {
        return progress;
      }
    }
    return new Progress.Incomplete();
  }

  /**
   * Inflating: the same messages for any split, bounded output; and the input as plaintext survives
   * every window.
   */
  static void inflater(byte[] input) {
    try (var compressors = new Compressors(1)) {
      var whole = inflate(compressors, Split.WHOLE, input);
      var split = inflate(compressors, Split.RANDOM, input);
      // Which of two faults in one message is met first depends on the split.
      boolean bothFail = whole.engine.failed() && split.engine.failed();
      require(bothFail || whole.events.equals(split.events), whole.events, split.events);
      require(whole.engine.heldBytes() == 0, "held", whole.engine.heldBytes());
      if (input.length > 1) {
        int bits = 8 + (input[0] & 7);
        var writer = new DeflateWriter(compressors, bits, true, false);
        var reader = new WindowInflater(bits, true);
        for (int i = 0; i < 2; i++) {
          var payload = writer.message(ByteBuffer.wrap(input));
          if (payload != null) {
            require(Arrays.equals(reader.message(Hex.copy(payload)), input), "window", bits);
          }
        }
      }
    }
  }

  private static EngineDriver inflate(Compressors compressors, Split split, byte[] payload) {
    var driver =
        new EngineDriver(
            split,
            true,
            out ->
                Engine.client(
                    LIMITS,
                    Deflate.client(DeflateAgreement.DEFAULT, DeflatePolicy.DEFAULT, compressors),
                    EngineDriver.keys(),
                    out));
    int cut = Math.min(payload.length, LIMITS.maxFrameBytes());
    var stream = new ByteArrayOutputStream();
    stream.writeBytes(EngineDriver.frame(0x42, Arrays.copyOf(payload, cut / 2), false));
    stream.writeBytes(EngineDriver.frame(0x80, Arrays.copyOfRange(payload, cut / 2, cut), false));
    return driver.receive(stream.toByteArray()).eof();
  }

  private static void require(boolean holds, Object what, Object is) {
    if (!holds) {
      throw new AssertionError(what + " / " + is);
    }
  }
}
