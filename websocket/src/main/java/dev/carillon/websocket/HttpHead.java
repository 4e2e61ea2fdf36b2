package dev.carillon.websocket;

import dev.carillon.websocket.header.Tokens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of one request or response from bytes in any split, strictly and in linear time.
 * Confined to the connection's event loop. Holds no more than its limits.
 *
 * <p>Strictly means: lines end with CR LF, none is folded, names are tokens right before their
 * colon, values hold no control characters, a request is HTTP/1.1 with exactly one valid Host and a
 * length that cannot be read in two ways. One empty line before a request is skipped (RFC 9112
 * 2.2).
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
     * Not HTTP as this server speaks it. Answer with {@link ServerHandshake#reject}, close, and
     * serve nothing behind it.
     *
     * @param words what is wrong, without bytes of the peer
     */
    record Malformed(Rule rule, String words) implements Progress {}
  }

  private static final Progress INCOMPLETE = new Progress.Incomplete();

  /** Method, version and spaces, beside the target. */
  private static final int START_LINE_EXTRA = 48;

  private final boolean request;
  private final HttpLimits limits;
  private final List<HttpFields.Field> lines = new ArrayList<>();

  private byte[] line = new byte[128];
  private int length;
  private int headerBytes;
  private boolean skippedEmpty;
  private boolean ended;
  private @Nullable StartLine start;

  private HttpHead(boolean request, HttpLimits limits) {
    this.request = request;
    this.limits = limits;
  }

  /** A reader of one request. */
  public static HttpHead request(HttpLimits limits) {
    return new HttpHead(true, limits);
  }

  /** A reader of one response. */
  public static HttpHead response(HttpLimits limits) {
    return new HttpHead(false, limits);
  }

  /** Whether a byte of the head has come, for time limits on it. */
  public boolean begun() {
    return length > 0 || start != null;
  }

  /**
   * Takes bytes up to the end of the head; the rest stays between position and limit.
   *
   * @throws IllegalStateException when the head has ended or was malformed
   */
  public Progress receive(ByteBuffer in) {
    if (ended) {
      throw new IllegalStateException("this head has ended; read the next one with a new HttpHead");
    }
    while (in.hasRemaining()) {
      byte next = in.get();
      var progress = next == '\n' ? endOfLine() : inLine(next);
      if (progress != null) {
        ended = true;
        return progress;
      }
    }
    return INCOMPLETE;
  }

  private @Nullable Progress inLine(byte next) {
    if (length > 0 && line[length - 1] == '\r') {
      return broken(Rule.LINE_END_INVALID);
    }
    if (start == null) {
      if (length == limits.maxTargetBytes() + START_LINE_EXTRA) {
        return broken(request ? Rule.TARGET_TOO_LONG : Rule.RESPONSE_LINE_MALFORMED);
      }
    } else if (++headerBytes > limits.maxHeaderBytes()) {
      return broken(Rule.HEADERS_TOO_LARGE);
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, length * 2);
    }
    line[length++] = next;
    return null;
  }

  private @Nullable Progress endOfLine() {
    if (length == 0 || line[length - 1] != '\r') {
      return broken(Rule.LINE_END_INVALID);
    }
    var text = new String(line, 0, length - 1, StandardCharsets.ISO_8859_1);
    length = 0;
    var first = start;
    if (first == null) {
      if (text.isEmpty() && request && !skippedEmpty) {
        skippedEmpty = true;
        return null;
      }
      return startLine(text);
    }
    if (text.isEmpty()) {
      return end(first);
    }
    headerBytes++;
    return headerLine(text);
  }

  private @Nullable Progress startLine(String text) {
    var parsed = request ? StartLine.request(text) : StartLine.response(text);
    if (parsed instanceof StartLine.Wrong(var rule)) {
      return broken(rule);
    }
    if (parsed instanceof StartLine.Request(var method, var target)
        && target.length() > limits.maxTargetBytes()) {
      return broken(Rule.TARGET_TOO_LONG);
    }
    start = parsed;
    return null;
  }

  private @Nullable Progress headerLine(String text) {
    if (text.charAt(0) == ' ' || text.charAt(0) == '\t') {
      return broken(Rule.HEADER_FOLDED);
    }
    if (lines.size() == limits.maxHeaders()) {
      return broken(Rule.TOO_MANY_HEADERS);
    }
    int colon = text.indexOf(':');
    if (colon < 0 || !Tokens.isToken(text.substring(0, colon))) {
      return broken(Rule.HEADER_MALFORMED);
    }
    var value = Tokens.trim(text.substring(colon + 1));
    if (!Tokens.isFieldValue(value)) {
      return broken(Rule.HEADER_MALFORMED);
    }
    lines.add(new HttpFields.Field(text.substring(0, colon), value));
    return null;
  }

  private Progress end(StartLine first) {
    var fields = HttpFields.of(lines);
    return switch (first) {
      case StartLine.Request(var method, var target) -> {
        var rule = RequestRules.broken(target, fields);
        yield rule != null
            ? broken(rule)
            : new Progress.Request(new RequestHead(method, target, fields));
      }
      case StartLine.Response(var status, var reason) ->
          new Progress.Response(new ResponseHead(status, reason, fields));
      case StartLine.Wrong(var rule) -> broken(rule);
    };
  }

  private static Progress broken(Rule rule) {
    return new Progress.Malformed(rule, rule.words());
  }

  static void append(StringBuilder to, HttpFields fields) {
    for (var line : fields.lines()) {
      to.append(line.name()).append(": ").append(line.value()).append("\r\n");
    }
    to.append("\r\n");
  }
}
