package dev.carillon.websocket;

import java.nio.ByteBuffer;

/**
 * Reads the head of one request or response from bytes in any split, strictly and in linear time.
 * Confined to the connection's event loop. Holds no more than its limits.
 */
public final class HttpHead {
  /** What is known after some bytes. */
  public sealed interface Progress {
    /** The head has not ended. */
    record Incomplete() implements Progress {}

    /** A whole request; what follows it is left in the buffer. */
    record Request(RequestHead head) implements Progress {}

    /** A whole response; what follows it is left in the buffer. */
    record Response(ResponseHead head) implements Progress {}

    /**
     * Not HTTP as this server speaks it. Answer with {@link Rule#status()} if there is one, close,
     * and serve nothing behind it.
     *
     * @param words what is wrong, without bytes of the peer
     */
    record Malformed(Rule rule, String words) implements Progress {}
  }

  private HttpHead() {}

  /** A reader of one request. */
  public static HttpHead request(HttpLimits limits) {
    return new HttpHead();
  }

  /** A reader of one response. */
  public static HttpHead response(HttpLimits limits) {
    return new HttpHead();
  }

  /** Takes bytes up to the end of the head; the rest stays between position and limit. */
  public Progress receive(ByteBuffer in) {
    throw new UnsupportedOperationException();
  }

  static void append(StringBuilder to, HttpFields fields) {
    for (var line : fields.lines()) {
      to.append(line.name()).append(": ").append(line.value()).append("\r\n");
    }
    to.append("\r\n");
  }
}
